// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "frame/senders.h"
#include "lib/num.h"

/* What came before FORMAT and INFO were whole. */
struct early {
	struct early *next;
	u64 now;
	bool is_info;
	struct account account;	/* of an INFO */
	struct frame f;
	u8 data[];
};

void senders_init(struct senders *s, const struct senders_ops *ops, void *arg)
{
	*s = (struct senders){
		.ops = ops, .arg = arg, .by_key = { .key_len = 16 },
	};
	s->end = &s->first;
	/* without it an answer could be of another one's probe, no more */
	if (getrandom(&s->tag, sizeof(s->tag), 0) < 0)
		s->tag = real_ns();
}

/* ---- before it is begun ---- */

static void drop_early(struct senders *all, struct sender *s)
{
	struct early *e;

	while ((e = s->early)) {
		s->early = e->next;
		account_free(&e->account);
		free(e);
	}
	s->early_end = &s->early;
	all->early_bytes -= s->early_bytes;
	s->early_bytes = 0;
}

static void free_sender(struct senders *all, struct sender *s)
{
	drop_early(all, s);
	if (s->state == SENDER_RUNS)
		rebuild_free(&s->r);
	text_free(&s->format);
	text_free(&s->info);
	free(s->format_text);
	account_free(&s->account);
	free(s);
}

static void keep_early(struct senders *all, struct sender *s,
		       const struct frame *f, struct account *account, u64 now)
{
	const u32 len = account ? 0 : f->len;
	const size_t size = sizeof(struct early) + len;
	struct early *e;

	/* Then it is as if we had begun to listen later. */
	if (s->early_bytes + size > SENDERS_EARLY ||
	    all->early_bytes + size > SENDERS_ALL_EARLY)
		drop_early(all, s);
	e = xcalloc(1, size);
	e->now = now;
	e->f = *f;
	e->f.data = e->data;
	memcpy(e->data, f->data, len);
	if (account) {
		e->is_info = true;
		e->account = *account;
	}
	*s->early_end = e;
	s->early_end = &e->next;
	s->early_bytes += size;
	all->early_bytes += size;
}

/* ---- the table ---- */

static void unlink_sender(struct senders *all, struct sender *s)
{
	struct sender **p = &all->first;

	for (; *p != s; p = &(*p)->next)
		;
	*p = s->next;
	if (!s->next)
		all->end = p;
	hash_del(&all->by_key, s);
	all->n--;
}

/*
 * Of those that never began the one that was heard of first, some time ago;
 * else of those that are over the one that has been silent longest.
 */
static struct sender *to_leave(const struct senders *all, u64 now)
{
	struct sender *over = NULL;

	for (struct sender *s = all->first; s; s = s->next) {
		if (s->state == SENDER_RUNS)
			continue;
		if (s->state == SENDER_WAITS) {
			if (now >= s->first_ns + SENDERS_WAIT_NS)
				return s;
			continue;
		}
		if (now >= s->last_ns + SENDERS_GONE_NS &&
		    (!over || s->last_ns < over->last_ns))
			over = s;
	}
	return over;
}

static bool make_space(struct senders *all, u64 now)
{
	struct sender *s = to_leave(all, now);

	if (!s)
		return false;
	if (s->state == SENDER_ENDED) {
		all->left++;
		all->again += s->r.again;
		all->overlaps += s->r.overlaps;
	}
	if (all->ops->leave)
		all->ops->leave(all->arg, s);
	unlink_sender(all, s);
	free_sender(all, s);
	return true;
}

static struct sender *find(struct senders *all, const struct frame *f, u64 now)
{
	const u64 key[2] = { f->host, f->session };
	struct sender *s = hash_get(&all->by_key, key);

	if (s)
		return s;
	if (all->n == SENDERS_MAX && !make_space(all, now)) {
		all->too_many++;
		if (!all->told_many)
			msg("more than %d hosts and sessions send: others are left out",
			    SENDERS_MAX);
		if (!all->told_many)
			hint("forged, or a second collector with an interface or port of its own is needed");
		all->told_many = true;
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->host = f->host;
	s->session = f->session;
	s->first_ns = now;
	s->first = *f;
	s->early_end = &s->early;
	hash_put(&all->by_key, s);
	*all->end = s;
	all->end = &s->next;
	all->n++;
	return s;
}

/* ---- begin and end ---- */

static void stop(struct senders *all, struct sender *s, enum sender_state state)
{
	if (s->state == SENDER_RUNS) {
		s->events = rebuild_events(&s->r);
		all->running--;
		all->ops->end(all->arg, s);
		/* its counts stay */
		struct rebuild r = { .lost = s->r.lost,
				     .lost_on_way = s->r.lost_on_way,
				     .again = s->r.again,
				     .overlaps = s->r.overlaps };
		rebuild_free(&s->r);
		s->r = r;
	}
	s->state = state;
	text_free(&s->format);
	text_free(&s->info);
	drop_early(all, s);
}

/* After a call for @s. */
static void check(struct senders *all, struct sender *s, int err)
{
	if (err == -EPIPE) {
		all->err = err;
	} else if (err) {
		all->err = err;
		stop(all, s, SENDER_REFUSED);
	} else if (s->state == SENDER_RUNS && s->r.over) {
		s->whole = true;
		err = rebuild_end(&s->r);
		if (err)
			all->err = err;
		stop(all, s, SENDER_ENDED);
	}
}

static int take_early(struct sender *s, struct early *e)
{
	if (e->is_info)
		return rebuild_info(&s->r, &e->account, &e->f, e->now);
	return rebuild_blocks(&s->r, &e->f, e->now);
}

static void begin(struct senders *all, struct sender *s)
{
	struct sink *to;
	struct early *e;
	int err = 0;

	to = all->ops->begin(all->arg, s);
	if (!to) {
		stop(all, s, SENDER_REFUSED);
		return;
	}
	rebuild_init(&s->r, to);
	s->state = SENDER_RUNS;
	all->running++;
	for (e = s->early; e && !err; e = e->next)
		err = take_early(s, e);
	drop_early(all, s);
	check(all, s, err);
}

/* ---- texts ---- */

static void take_format(struct senders *all, struct sender *s)
{
	int err = 0;

	if (s->format_text && !strcmp(s->format_text, s->format.s))
		return;
	free(s->format_text);
	s->format_text = xstrdup(s->format.s);
	if (s->state != SENDER_RUNS)
		return;
	err = rebuild_flush(&s->r);
	if (!err)
		err = all->ops->format(all->arg, s);
	check(all, s, err);
}

static void take_info(struct senders *all, struct sender *s,
		      const struct frame *f, u64 now)
{
	struct account account;
	int err;

	/* What has ended before we came is over. */
	if (s->state == SENDER_WAITS && s->info.end && !s->early)
		return;
	account_parse(&account, s->info.s);
	account.frame_seq = s->info.first_seq;
	account.end = s->info.end || f->end;
	/* what it is called, and has enabled, as it was when it began */
	if (s->state == SENDER_WAITS) {
		account_free(&s->account);
		account_parse(&s->account, s->info.s);
	}
	s->sent = s->sent || account.nsent;
	/* While nothing is sent one is like the other. */
	if (s->state == SENDER_WAITS && s->early && !s->sent) {
		account_free(&account);
		return;
	}
	if (s->state == SENDER_WAITS) {
		keep_early(all, s, f, &account, now);
		return;
	}
	err = rebuild_info(&s->r, &account, f, now);
	check(all, s, err);
}

/* There is a link, and its session has not run yet. */
static void take_idle(struct senders *all, struct sender *s,
		      const struct frame *f)
{
	enum { MANY = 3 };

	if (f->kind != SKBTRACE_FRAME_INFO || s->told || !text_add(&s->info, f))
		return;
	s->told = true;
	account_parse(&s->account, s->info.s);
	if (all->idle++ < MANY)
		msg("%s, session %s: %s", s->account.host, s->account.session,
		    s->account.state);
}

/* Its clocks are ours: they read the same. Such a pair is that of one boot. */
static void see_local(struct sender *s)
{
	enum { NEAR_NS = 20000 };
	const u64 theirs = s->first.real_ns - s->first.mono_ns;
	u64 before = mono_ns(), real = real_ns(), after = mono_ns();
	const u64 ours = real - before - (after - before) / 2;
	struct utsname u;

	uname(&u);
	if (!strcmp(u.nodename, s->account.host) &&
	    theirs - ours + NEAR_NS <= 2 * NEAR_NS &&
	    s->first.mono_ns <= after)
		offset_local(&s->offset);
}

/* ---- frames ---- */

static void take_echo(struct senders *all, const struct frame *f, u64 came)
{
	u64 cookie[3];

	if (f->len != sizeof(cookie))
		return;
	memcpy(cookie, f->data, sizeof(cookie));
	if (cookie[0] != all->tag || came - cookie[1] > NSEC_PER_SEC)
		return;
	for (struct sender *s = all->first; s; s = s->next)
		if (s->host == f->host && s->state != SENDER_ENDED)
			offset_round(&s->offset, cookie[1], came, f->mono_ns);
}

void senders_cookie(const struct senders *s, u8 *to)
{
	const u64 cookie[3] = { s->tag, mono_ns(), 0 };

	memcpy(to, cookie, sizeof(cookie));
}

/*
 * When it came, on our monotonic clock; it has been waiting since. Rather too
 * late than too early: the monotonic clock is read last.
 */
static u64 came_at(const struct arrival *a)
{
	u64 waited = real_ns() - a->real_ns, mono = mono_ns();

	return waited < NSEC_PER_SEC ? mono - waited : mono;
}

static void tell_fault(struct senders *s, enum frame_fault fault)
{
	if (s->faults[fault]++)
		return;
	msg("a frame %s: left out, as further ones", frame_fault_text(fault));
	if (fault == FRAME_VERSION)
		hint("one of both ends is older: install the same skbtrace on it");
	else if (fault == FRAME_CUT)
		hint("captured by tcpdump? Its option -s 0 takes whole frames");
}

static void take_blocks(struct senders *all, struct sender *s,
			const struct frame *f, u64 now)
{
	s->sent = true;
	if (s->state == SENDER_WAITS)
		keep_early(all, s, f, NULL, now);
	else
		check(all, s, rebuild_blocks(&s->r, f, now));
}

/* A run of which nothing is sent is no recording. */
static void begin_if_ready(struct senders *all, struct sender *s, bool live)
{
	if (s->state != SENDER_WAITS || !s->sent || !s->format_text ||
	    !s->account.host)
		return;
	if (live)
		see_local(s);
	begin(all, s);
}

static void take_text(struct senders *all, struct sender *s,
		      const struct frame *f, u64 now)
{
	if (f->kind == SKBTRACE_FRAME_FORMAT) {
		if (text_add(&s->format, f))
			take_format(all, s);
	} else if (text_add(&s->info, f)) {
		take_info(all, s, f, now);
	}
}

void senders_take(struct senders *all, const struct arrival *a, u64 now,
		  bool live)
{
	struct frame f;
	enum frame_fault fault = frame_decode(&f, a->p, a->len);
	struct sender *s;

	all->frames++;
	if (fault) {
		tell_fault(all, fault);
		return;
	}
	if (f.kind == SKBTRACE_FRAME_ECHO && live)
		take_echo(all, &f, came_at(a));
	if (f.kind == SKBTRACE_FRAME_ECHO || f.kind == SKBTRACE_FRAME_PROBE)
		return;
	s = find(all, &f, now);
	if (!s)
		return;
	s->frames++;
	s->last_ns = now;
	if (s->state == SENDER_REFUSED || s->state == SENDER_ENDED)
		return;
	if (!f.session)
		take_idle(all, s, &f);
	else if (f.kind == SKBTRACE_FRAME_BLOCKS)
		take_blocks(all, s, &f, now);
	else
		take_text(all, s, &f, now);
	if (f.session)
		begin_if_ready(all, s, live);
}

/* ---- time ---- */

/* What it sent cannot be decoded; that of a run that is over need not be. */
static bool is_owing(const struct sender *s)
{
	return !s->told && s->sent;
}

static void tell_waits(struct senders *all, struct sender *s)
{
	const bool format = s->format_text, info = s->account.host;
	enum { MANY = 3 };

	s->told = true;
	if (all->waits++ >= MANY)
		return;
	msg("host %016llx%s%s sends events, but not all of its %s has come: nothing can be decoded",
	    (unsigned long long)s->host, info ? " " : "",
	    info ? s->account.host : "", format ? "INFO" : "format");
	hint("does a filter of tc drop it? It is sent each second, with priority 6");
}

static void tick(struct senders *all, struct sender *s, u64 now)
{
	offset_tick(&s->offset, now);
	if (s->state == SENDER_WAITS) {
		if (is_owing(s) && now >= s->first_ns + SENDERS_WAIT_NS)
			tell_waits(all, s);
		return;
	}
	if (s->state != SENDER_RUNS)
		return;
	check(all, s, rebuild_tick(&s->r, now));
	if (s->state == SENDER_RUNS && now >= s->last_ns + SENDERS_GONE_NS) {
		all->err = rebuild_end(&s->r);
		stop(all, s, SENDER_ENDED);
	}
}

void senders_tick(struct senders *all, u64 now)
{
	for (struct sender *s = all->first; s && !all->err; s = s->next)
		tick(all, s, now);
}

void senders_flush(struct senders *all)
{
	for (struct sender *s = all->first; s && !all->err; s = s->next)
		if (s->state == SENDER_RUNS)
			check(all, s, rebuild_flush(&s->r));
}

void senders_end(struct senders *all)
{
	for (struct sender *s = all->first; s; s = s->next) {
		int err;

		if (s->state == SENDER_WAITS && is_owing(s))
			tell_waits(all, s);
		if (s->state != SENDER_RUNS)
			continue;
		err = all->err ? 0 : rebuild_end(&s->r);
		all->err = all->err ? all->err : err;
		s->whole = s->r.over || !all->err;
		stop(all, s, SENDER_ENDED);
	}
}

void senders_free(struct senders *all)
{
	struct sender *s;

	while ((s = all->first)) {
		all->first = s->next;
		free_sender(all, s);
	}
	hash_free(&all->by_key, NULL);
}
