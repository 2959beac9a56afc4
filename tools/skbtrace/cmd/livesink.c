// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/livesink.h"
#include "record/meta.h"
#include "record/outlet.h"
#include "record/progress.h"

int live_put(struct live *l, u32 type, u32 cpu, const void *data, size_t len)
{
	const struct sbt_chunk c = {
		.type = type, .cpu = cpu, .len = len, .data = data,
	};
	int code = show_chunk(l->show, &c);

	if (show_dead(l->show))
		return -EPIPE;
	if (code)
		l->code = code;
	return code ? -EIO : 0;
}

static int live_subbuf(struct sink *sink, u32 cpu,
		       const struct skbtrace_subbuf *h)
{
	return live_put((struct live *)sink, SBT_SUBBUF, cpu, h, h->used);
}

static int live_mark(struct sink *sink, u32 cpu, u64 complete_ns)
{
	const struct sbt_mark m = { .complete_ns = complete_ns };

	return live_put((struct live *)sink, SBT_MARK, cpu, &m, sizeof(m));
}

static int live_flush(struct sink *sink)
{
	struct live *l = (struct live *)sink;
	int code = show_flush(l->show);

	if (show_dead(l->show))
		return -EPIPE;
	if (code)
		l->code = code;
	else if (l->shown)
		return l->shown(l);
	return code ? -EIO : 0;
}

const struct sink_ops live_ops = {
	.subbuf = live_subbuf,
	.mark = live_mark,
	.flush = live_flush,
};

int live_put_meta(void *arg, const char *name, const char *text)
{
	char *s = xasprintf("%s\n%s", name, text);
	int err = live_put(arg, SBT_META, SBT_NO_CPU, s, strlen(s));

	free(s);
	return err;
}

static int begin(struct live *l, const struct session *s)
{
	int err = live_put(l, SBT_FORMAT, SBT_NO_CPU, s->format_text,
		      strlen(s->format_text));

	if (!err)
		err = meta_each(NULL, s, live_put_meta, l);
	return err ? err : live_flush(&l->sink);
}

static void end(struct live *l, const struct session *s)
{
	const struct sbt_end e = {
		.events = s->reader.events, .lost = s->lost,
		.mono_ns = s->end_ns,
	};

	live_put(l, SBT_END, SBT_NO_CPU, &e, sizeof(e));
}

/*
 * Printing has a thread of its own, since it may block. With keys (top) the
 * main loop calls the sink.
 */
static int run(struct live *l, struct session *s, int *err)
{
	struct outlet o;
	int code;

	if (l->shown)
		return session_run(s, &l->sink);
	code = outlet_start(&o, &l->sink, LIVE_BEHIND);
	if (code)
		return code;
	code = session_run(s, &o.sink);
	session_end(s);
	*err = outlet_end(&o);
	return code;
}

/* The session watches it; 0, or an exit code */
static int let_go(struct live *l, struct session *s)
{
	int code;

	if (!l->child)
		return 0;
	code = child_go(l->child, l->child_argv);
	s->child = *l->child;
	return code;
}

static int run_prepared(struct live *l, struct session *s)
{
	int code, err, shown;

	code = session_start(s);
	if (code)
		return code;
	err = begin(l, s);
	if (!err)
		code = let_go(l, s);
	if (!err && !code)
		code = run(l, s, &err);
	if (s->child.pid || s->child.ended)
		*l->child = s->child;
	session_end(s);
	if (err && err != -EPIPE)
		code = EXIT_FAILED;
	if (!code && !s->broken_pipe && !err)
		end(l, s);
	shown = show_close(l->show);
	l->show = NULL;
	if (s->broken_pipe || err == -EPIPE)
		return 0;
	/* Losses are in the output; show_close() has summed them up. */
	if (s->lost)
		progress_advice(s);
	else
		progress_totals(s, s->reader.events, NULL, NULL, !code);
	return l->code ? l->code : code ? code : shown;
}

int live_run(struct live *l, const char *verb, struct recopt *what,
	     const struct show_opts *how)
{
	struct session s;
	int code;

	l->show = show_open(how);
	if (!l->show)
		return EXIT_USAGE;
	code = session_prepare(&s, verb, what);
	if (!code)
		code = run_prepared(l, &s);
	if (l->show)
		show_close(l->show);
	session_free(&s);
	return code;
}
