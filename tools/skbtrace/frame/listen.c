// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>

#include "frame/listen.h"
#include "lib/num.h"
#include "lib/sig.h"

enum {
	TICK_MS = 100,
	BATCH = 8192,		/* frames of a source, one after another */
};

#define TICK_NS		(TICK_MS * 1000000ULL)
/* 8 a second; the fastest counts */
#define PROBE_NS	(NSEC_PER_SEC / 8)
#define SILENT_NS	(5 * NSEC_PER_SEC)

struct loop {
	struct listen *l;
	struct pollfd fds[LISTEN_SOURCES + 2];
	u64 start_ns, tick_ns, probe_ns;
	bool told_silent, stop;
	int code;
};

/* ---- files ---- */

static int tick_all(struct listen *l, u64 now)
{
	senders_tick(l->all, now);
	return l->all->err ? l->all->err : l->tick ? l->tick(l->arg, now) : 0;
}

/* Time is that of the capture. */
static int read_file(struct listen *l, struct source *s)
{
	u64 ticked = 0, now = 0;
	struct arrival a;
	int ret, err = 0;

	while (!err && (ret = source_next(s, &a)) > 0) {
		now = a.real_ns > now ? a.real_ns : now;
		senders_take(l->all, &a, now, false);
		err = l->all->err;
		if (!err && now >= ticked + TICK_NS) {
			err = tick_all(l, now);
			ticked = now;
		}
	}
	if (!err && ret < 0)
		return EXIT_FAILED;
	if (s->truncated)
		msg("%s ends inside a frame: everything before it is taken",
		    s->name);
	return err == -EPIPE ? 0 : err ? EXIT_FAILED : 0;
}

static int read_files(struct listen *l)
{
	int code = 0;

	for (u32 i = 0; i < l->n && !code; i++)
		code = read_file(l, &l->sources[i]);
	return code;
}

/* ---- live ---- */

static void take_some(struct loop *p, struct source *s, u64 now)
{
	struct arrival a;
	int ret = 0;

	for (u32 i = 0; i < BATCH && !p->l->all->err; i++) {
		ret = source_next(s, &a);
		if (ret <= 0)
			break;
		senders_take(p->l->all, &a, now, true);
	}
	if (ret < 0) {
		p->code = EXIT_FAILED;
		p->stop = true;
	}
}

static void signals(struct loop *p)
{
	const unsigned int what = sig_take();

	if (what & SIG_STOP)
		p->stop = true;
	if (what & SIG_PROGRESS && p->l->progress)
		p->l->progress(p->l->arg);
}

static void tell_silent(struct loop *p, u64 now)
{
	if (p->told_silent || p->l->all->frames ||
	    now < p->start_ns + SILENT_NS)
		return;
	p->told_silent = true;
	msg("no frame has come for 5 s");
	hint("is the sender's link up, and its session enabled? There: ip -s link show type skbtrace");
}

static bool over(const struct loop *p, u64 now)
{
	const struct listen *l = p->l;
	const struct senders *all = l->all;

	if (l->duration_ns && now >= p->start_ns + l->duration_ns)
		return true;
	if (!l->one || all->running)
		return false;
	for (const struct sender *s = all->first; s; s = s->next)
		if (s->state == SENDER_ENDED)
			return true;
	return false;
}

static void probe(struct loop *p, u64 now)
{
	u8 cookie[SENDERS_COOKIE];

	if (now < p->probe_ns)
		return;
	p->probe_ns = now + PROBE_NS;
	for (u32 i = 0; i < p->l->n; i++) {
		senders_cookie(p->l->all, cookie);
		source_probe(&p->l->sources[i], cookie, sizeof(cookie));
	}
}

/* Interfaces that were down. */
static void look_again(struct loop *p)
{
	for (u32 i = 0; i < p->l->n; i++) {
		int code = source_again(&p->l->sources[i]);

		if (code) {
			p->code = code;
			p->stop = true;
		}
	}
}

static void wait_for_frames(struct loop *p, bool full)
{
	const u32 n = p->l->n;

	for (u32 i = 0; i < n; i++) {
		p->fds[2 + i].events = full ? 0 : POLLIN;
		/* -1 while an interface is down */
		p->fds[2 + i].fd = p->l->sources[i].fd;
	}
	if (poll(p->fds, 2 + n, TICK_MS) < 0)
		for (u32 i = 0; i < 2 + n; i++)
			p->fds[i].revents = 0;
}

static void turn(struct loop *p)
{
	struct listen *l = p->l;
	const bool full = l->full && l->full(l->arg);
	u64 now;
	int err;

	wait_for_frames(p, full);
	now = mono_ns();
	signals(p);
	if (p->fds[1].revents & (POLLERR | POLLHUP))
		l->broken_pipe = p->stop = true;
	for (u32 i = 0; i < l->n && !full; i++)
		take_some(p, &l->sources[i], now);
	probe(p, now);
	if (now >= p->tick_ns + TICK_NS) {
		p->tick_ns = now;
		err = tick_all(l, now);
		if (err && !l->all->err)
			l->all->err = err;
		look_again(p);
		tell_silent(p, now);
	}
	if (over(p, now) || l->all->err)
		p->stop = true;
}

int listen_run(struct listen *l)
{
	struct loop p = { .l = l };
	u64 now;

	if (l->n && l->sources[0].is_file)
		return read_files(l);
	p.fds[0] = (struct pollfd){ .fd = sig_setup(), .events = POLLIN };
	if (p.fds[0].fd < 0)
		return fail(EXIT_FAILED, "cannot make a pipe: %m");
	p.fds[1] = (struct pollfd){ .fd = l->stdout_fd };
	p.start_ns = mono_ns();
	while (!p.stop)
		turn(&p);
	/* What the kernel has for us still. */
	now = mono_ns();
	for (u32 i = 0; i < l->n && !l->all->err; i++)
		take_some(&p, &l->sources[i], now);
	if (l->all->err == -EPIPE)
		l->broken_pipe = true;
	else if (l->all->err)
		p.code = EXIT_FAILED;
	return p.code;
}
