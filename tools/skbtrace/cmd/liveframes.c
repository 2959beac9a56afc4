// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/liveframes.h"
#include "cmd/livesink.h"
#include "frame/listen.h"
#include "frame/table.h"
#include "frame/take.h"
#include "record/outlet.h"

/* Printing has a thread of its own, since it may block. */
struct watched {
	struct live l;
	struct outlet outlet;
	struct senders all;
	bool begun;		/* one sender is enough for a screen */
	u64 events, lost, mono_ns;
};

static int put_begin(struct live *l, const struct sender *s)
{
	int err = live_put(l, SBT_FORMAT, SBT_NO_CPU, s->format_text,
			   strlen(s->format_text));

	if (!err)
		err = take_meta(s, live_put_meta, l);
	return err ? err : l->sink.ops->flush(&l->sink);
}

static struct sink *begin(void *arg, struct sender *s)
{
	struct watched *w = arg;
	int err;

	if (w->begun) {
		msg("%s, session %s, sends here, too: not shown",
		    s->account.host, s->account.session);
		hint("skbtrace collect takes them all, and skbtrace parse merges them");
		return NULL;
	}
	/* the thread is not there yet: the printer is ours */
	err = put_begin(&w->l, s);
	if (!err && outlet_start(&w->outlet, &w->l.sink, LIVE_BEHIND))
		err = -EIO;
	if (err) {
		w->all.err = err;
		return NULL;
	}
	w->begun = true;
	return &w->outlet.sink;
}

/*
 * Another format in the midst of a session: the printer's thread has the old
 * one in use.
 */
static int new_format(void *arg, struct sender *s)
{
	(void)arg;
	msg("%s has another format now, maybe of a module that was loaded",
	    s->account.host);
	hint("start skbtrace live again, or use skbtrace record -i");
	return -EIO;
}

static void end(void *arg, struct sender *s)
{
	struct watched *w = arg;

	w->events = s->events;
	w->lost = s->r.lost;
	w->mono_ns = s->r.clock.mono_ns;
}

static const struct senders_ops ops = {
	.begin = begin,
	.format = new_format,
	.end = end,
};

static int tick(void *arg, u64 now)
{
	struct watched *w = arg;

	(void)now;
	if (!w->begun)
		return 0;
	senders_flush(&w->all);
	return w->all.err ? w->all.err :
			    w->outlet.sink.ops->flush(&w->outlet.sink);
}

static bool full(void *arg)
{
	struct watched *w = arg;

	return w->begun && w->outlet.sink.ops->full(&w->outlet.sink);
}

static int watch(struct watched *w, struct listen *l)
{
	struct sbt_end e;
	int code = listen_run(l), err = 0;

	senders_end(&w->all);
	if (w->begun)
		err = outlet_end(&w->outlet);
	e = (struct sbt_end){ .events = w->events, .lost = w->lost,
			      .mono_ns = w->mono_ns };
	if (w->begun && !err && !code && !l->broken_pipe)
		live_put(&w->l, SBT_END, SBT_NO_CPU, &e, sizeof(e));
	if (err && err != -EPIPE)
		code = EXIT_FAILED;
	table_faults(&w->all);
	if (l->broken_pipe || err == -EPIPE)
		return 0;
	if (!w->begun && !code)
		return fail(EXIT_FAILED, "no session has sent all that is needed: nothing to show");
	return w->l.code ? w->l.code : code;
}

int live_frames(const struct recopt *what, const struct show_opts *how)
{
	struct watched w = {
		.l = { .sink = { .ops = &live_ops, .hurry = true } },
	};
	struct source from;
	struct listen l = {
		.all = &w.all, .sources = &from, .n = 1, .one = true,
		.duration_ns = what->duration_ns, .stdout_fd = STDOUT_FILENO,
		.arg = &w, .tick = tick, .full = full,
	};
	int code, shown;

	w.l.show = show_open(how);
	if (!w.l.show)
		return EXIT_USAGE;
	senders_init(&w.all, &ops, &w);
	code = source_interface(&from, what->interface);
	if (!code)
		code = watch(&w, &l);
	source_close(&from);
	shown = show_close(w.l.show);
	senders_free(&w.all);
	return code ? code : shown;
}
