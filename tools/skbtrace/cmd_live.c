// SPDX-License-Identifier: GPL-2.0
/* record and parse in one: a session whose sink is the screen. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "conf.h"
#include "meta.h"
#include "progress.h"
#include "session.h"
#include "show.h"

static struct recopt what;
static struct show_opts how;

static const struct opt opts[] = {
	RECORD_OPTIONS(what),
	SHOW_OPTIONS(how),
	{}
};

struct live {
	struct sink sink;	/* first */
	struct show *show;
	int code;		/* of the show, when it failed */
};

static int put(struct live *l, u32 type, u32 cpu, const void *data, size_t len)
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
	return put((struct live *)sink, SBT_SUBBUF, cpu, h, h->used);
}

static int live_mark(struct sink *sink, u32 cpu, u64 complete_ns)
{
	const struct sbt_mark m = { .complete_ns = complete_ns };

	return put((struct live *)sink, SBT_MARK, cpu, &m, sizeof(m));
}

static int live_flush(struct sink *sink)
{
	struct live *l = (struct live *)sink;
	int code = show_flush(l->show);

	if (show_dead(l->show))
		return -EPIPE;
	if (code)
		l->code = code;
	return code ? -EIO : 0;
}

static const struct sink_ops live_ops = {
	.subbuf = live_subbuf,
	.mark = live_mark,
	.flush = live_flush,
};

static int put_meta(void *arg, const char *name, const char *text)
{
	char *s = xasprintf("%s\n%s", name, text);
	int err = put(arg, SBT_META, SBT_NO_CPU, s, strlen(s));

	free(s);
	return err;
}

static int begin(struct live *l, const struct session *s)
{
	int err = put(l, SBT_FORMAT, SBT_NO_CPU, s->format_text,
		      strlen(s->format_text));

	if (!err)
		err = meta_each(NULL, s, put_meta, l);
	return err ? err : live_flush(&l->sink);
}

static void end(struct live *l, const struct session *s)
{
	const struct sbt_end e = {
		.events = s->reader.events, .lost = s->lost,
		.mono_ns = s->end_ns,
	};

	put(l, SBT_END, SBT_NO_CPU, &e, sizeof(e));
}

static int trace(struct live *l, struct session *s)
{
	int code, err, shown;

	code = session_start(s);
	if (code)
		return code;
	err = begin(l, s);
	if (!err)
		code = session_run(s, &l->sink);
	else if (err != -EPIPE)
		code = EXIT_FAILED;
	session_end(s);
	if (!code && !s->broken_pipe && !err)
		end(l, s);
	shown = show_close(l->show);
	l->show = NULL;
	if (s->broken_pipe || err == -EPIPE)
		return 0;
	/* What was lost stands in the output; show_close() has summed it. */
	if (s->lost)
		progress_advice(s);
	else
		progress_totals(s, s->reader.events, NULL, NULL, !code);
	return l->code ? l->code : code ? code : shown;
}

static int run_live(const struct args *a)
{
	struct live l = {
		.sink = { .ops = &live_ops, .stdout_fd = STDOUT_FILENO,
			  .hurry = true },
	};
	struct session s;
	int code = recopt_expression(&what, a);

	if (!code)
		code = conf_load(&what);
	if (code)
		return code;
	if (what.dump)
		return recopt_dump(&what);
	how.strict = what.strict;
	l.show = show_open(&how);
	if (!l.show)
		return EXIT_USAGE;
	code = session_prepare(&s, "live", &what);
	if (!code)
		code = trace(&l, &s);
	if (l.show)
		show_close(l.show);
	session_free(&s);
	return code;
}

const struct cmd cmd_live = {
	.name = "live",
	.args = "[EXPRESSION...]",
	.brief = "trace onto the screen: record and parse in one",
	.more =
"An event is on the screen within 0.3 s, in the order of time over all CPUs.\n"
"Ends with Ctrl-C, -w, or when nobody reads the output any more.\n\n"
"  skbtrace live\n"
"  skbtrace live -e @conn -t wall 'dst port 443'\n"
"  skbtrace live -e '@trouble,tcp_sendlimit,primary=tcp_retransmit'\n"
"  skbtrace live -e tcp_rttm --json | jq .rtt_us\n",
	.opts = opts,
	.run = run_live,
};
