// SPDX-License-Identifier: GPL-2.0
/* The loop of a session: from the first sub-buffer to the last. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "lib/sig.h"
#include "record/progress.h"
#include "record/session.h"

#define MSEC	1000000ull

/*
 * "stat" is read at most this often: it has the time up to which each CPU is
 * complete. Live output waits for that, a file does not; the kernel prints some
 * 200 bytes per CPU.
 */
#define STAT_HURRY_NS	(20 * MSEC)
#define STAT_NS		(250 * MSEC)
#define TICK_NS		NSEC_PER_SEC	/* progress line, new processors */
#define AFTER_CMD_NS	NSEC_PER_SEC	/* what CMD's end leaves behind */
#define DRAIN_NS	(5 * NSEC_PER_SEC)
#define FULL_NS		(20 * MSEC)	/* until a full sink is asked again */

struct loop {
	struct session *s;
	struct sink *sink;
	struct pollfd *fds;
	int cap;
	u64 now;
	u64 stat_due;		/* when "stat" may be read again */
	u64 tick_ns;
	u64 quiet_since;	/* while stopping: nothing came since */
	bool asked;		/* for the progress */
	bool full;		/* the sink, so the data stay where they are */
	struct ctl_stat st;
	int code;
};

static void stop(struct loop *l)
{
	struct session *s = l->s;
	int err;

	if (s->stopping)
		return;
	s->stopping = true;
	l->quiet_since = l->now;
	/* Stopped already, by "skbtrace stop" or the kernel. */
	if (reader_ended(&s->reader))
		return;
	err = ctl_write_quiet(&s->ctl, "enabled", "-*\n");
	if (err) {
		progress_clear();
		msg("cannot stop tracing: %s", strerror(-err));
		l->code = EXIT_FAILED;
	}
}

static void keep_earlier(u64 *when, u64 other)
{
	if (!*when || other < *when)
		*when = other;
}

/* Milliseconds until something is due. */
static int timeout(const struct loop *l)
{
	const struct session *s = l->s;
	u64 due = l->tick_ns + TICK_NS;

	if (s->stopping)
		due = l->quiet_since + DRAIN_NS;
	else if (s->deadline_ns)
		keep_earlier(&due, s->deadline_ns);
	if (!s->stopping && reader_uncovered(&s->reader))
		keep_earlier(&due, l->stat_due);
	if (l->sink->due_ns)
		keep_earlier(&due, l->sink->due_ns);
	if (l->full)
		keep_earlier(&due, l->now + FULL_NS);
	return due <= l->now ? 0 : (due - l->now) / MSEC + 1;
}

/* Sleep. The first descriptors: signals, our output's reader, CMD, keys. */
static void wait_for_news(struct loop *l)
{
	const struct reader *r = &l->s->reader;
	int n = 0;

	if (l->cap < r->nr + 4) {
		l->cap = r->nr + 16;
		l->fds = xrealloc(l->fds, l->cap * sizeof(*l->fds));
	}
	l->fds[n++] = (struct pollfd){ .fd = l->s->wake, .events = POLLIN };
	/* No events: only POLLERR, if the reader has gone. */
	l->fds[n++] = (struct pollfd){ .fd = l->sink->stdout_fd };
	l->fds[n++] = (struct pollfd){ .fd = child_fd(&l->s->child),
				       .events = POLLIN };
	l->fds[n++] = (struct pollfd){ .fd = l->sink->input_fd ?
				       l->sink->input_fd : -1,
				       .events = POLLIN };
	for (int i = 0; i < r->nr && !l->full; i++)
		if (r->cpus[i].fd >= 0)
			l->fds[n++] = (struct pollfd){
				.fd = r->cpus[i].fd, .events = POLLIN
			};
	if (poll(l->fds, n, timeout(l)) < 0)
		l->fds[1].revents = 0;
	l->now = mono_ns();
}

/* True if l->st is fresh. */
static bool read_stat(struct loop *l)
{
	struct session *s = l->s;

	if (l->now < l->stat_due)
		return false;
	l->stat_due = l->now + (l->sink->hurry ? STAT_HURRY_NS : STAT_NS);
	ctl_stat_free(&l->st);
	if (ctl_stat(&s->ctl, &l->st))
		return false;
	s->lost = ctl_sum(&l->st, lost);
	s->conns = l->st.filters[FILTER_CONN];
	if (l->st.dead && !s->stopping) {
		progress_clear();
		msg("the kernel has ended the session: %s", l->st.dead);
		l->code = EXIT_FAILED;
		stop(l);
	}
	return true;
}

/* Without a handler the signal would have ended us. */
static void no_snapshot(void)
{
	progress_clear();
	msg("USR2, but no snapshot: this is no flight recorder");
}

static void handle_signals(struct loop *l)
{
	struct session *s = l->s;
	unsigned int got = sig_take();

	if (got & SIG_STOP) {
		child_signal(&s->child, sig_to_forward());
		stop(l);
	}
	if (got & SIG_PROGRESS) {
		l->stat_due = l->now;
		l->asked = true;
	}
	if ((got & SIG_SNAPSHOT) && s->ask)
		s->ask(s);
	else if (got & SIG_SNAPSHOT)
		no_snapshot();
}

static void watch_command(struct loop *l)
{
	struct session *s = l->s;

	if (s->child.pid && child_poll(&s->child))
		keep_earlier(&s->deadline_ns, l->now + AFTER_CMD_NS);
}

/* The rest after the end is no more than the kernel's buffers. */
static bool sink_full(const struct loop *l)
{
	return !l->s->stopping && l->sink->ops->full &&
	       l->sink->ops->full(l->sink);
}

/* 0, or -errno of the sink or of a file that cannot be read. */
static int move_data(struct loop *l)
{
	struct reader *r = &l->s->reader;
	const u64 before = r->drained_ns;
	bool fresh = read_stat(l);
	int err;

	l->full = sink_full(l);
	if (l->full)
		return 0;
	err = reader_drain(r, l->sink);
	if (!err && fresh)
		err = reader_marks(r, &l->st, l->sink);
	if (!err && l->sink->ops->flush)
		err = l->sink->ops->flush(l->sink);
	if (r->drained_ns != before)
		l->quiet_since = l->now;
	return err;
}

static void tick(struct loop *l)
{
	struct session *s = l->s;

	/* The progress must be current: all available data has been read. */
	if (l->asked)
		progress_line(s, l->now, true);
	l->asked = false;
	if (l->now < l->tick_ns + TICK_NS)
		return;
	l->tick_ns = l->now;
	if (!s->stopping)
		reader_scan(&s->reader);
	/* The terminal is the command's while it runs. */
	if (!s->child.pid && progress_wanted(s))
		progress_line(s, l->now, false);
}

static void check_limits(struct loop *l)
{
	struct session *s = l->s;

	if ((s->deadline_ns && l->now >= s->deadline_ns) ||
	    (s->o->max_events && s->reader.events >= s->o->max_events) ||
	    (s->full && s->full(s)))
		stop(l);
}

static bool stuck(struct loop *l)
{
	if (!l->s->stopping || l->now < l->quiet_since + DRAIN_NS)
		return false;
	progress_clear();
	msg("tracing was stopped, but the trace files do not end");
	l->code = EXIT_FAILED;
	return true;
}

int session_run(struct session *s, struct sink *sink)
{
	struct loop l = { .s = s, .sink = sink };
	int err = 0;

	l.now = mono_ns();
	l.tick_ns = l.now;
	while (!reader_ended(&s->reader) && !stuck(&l)) {
		wait_for_news(&l);
		handle_signals(&l);
		watch_command(&l);
		if (l.fds[1].revents & (POLLERR | POLLHUP))
			err = -EPIPE;
		if (!err)
			err = move_data(&l);
		if (err)
			break;
		tick(&l);
		check_limits(&l);
	}
	if (err == -EPIPE)
		s->broken_pipe = true;
	else if (err)
		l.code = EXIT_FAILED;
	stop(&l);
	ctl_stat_free(&l.st);
	free(l.fds);
	return l.code;
}
