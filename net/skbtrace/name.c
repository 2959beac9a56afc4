// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks that name what others refer to: connections, tasks, code addresses.
 * Each is told once an epoch, before its first event.
 */
#include <linux/sched.h>
#include <linux/ktime.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "internal.h"

/* A naming block: not a hit; if it finds no room, the next event tries again */
static void *skbtrace_name(struct skbtrace_cpu *c,
			   const struct skbtrace_event *ev, u64 key, u32 netns)
{
	struct skbtrace_block *b = skbtrace_room(c, ev->len, true);

	if (!b)
		return NULL;
	memset(b, 0, ev->len);
	b->len = ev->len;
	b->event = ev->nr;
	b->ctx = skbtrace_context();
	b->time = ktime_get_mono_fast_ns();
	b->key = key;
	b->netns = netns;
	c->seq++;
	c->names++;
	return b;
}

/* connect() has no port at first, the child of a listener no addresses. */
static bool skbtrace_sk_complete(const struct sock *sk)
{
	struct skbtrace_tuple t;

	skbtrace_sock_tuple(sk, &t);
	return t.lport && (!t.pport || !ipv6_addr_any(&t.peer));
}

/* Context: gate busy. */
void skbtrace_name_conn(struct skbtrace_run *run, struct skbtrace_cpu *c,
			const struct skbtrace_event *ev, struct sock *sk,
			u64 key, u32 netns)
{
	void *b = skbtrace_name(c, ev, key, netns);

	if (!b)
		return;
	ev->fill(b, sk);
	/* it is told again when it has got its port and its peer */
	if (skbtrace_sk_complete(sk))
		skbtrace_names_add(&run->known, key, c->epoch);
}

/* The same, unless this epoch has it. Return: its cookie */
u64 skbtrace_name_if_new(struct skbtrace_run *run, struct skbtrace_cpu *c,
			 const struct skbtrace_event *ev, struct sock *sk,
			 u32 netns)
{
	u64 key = skbtrace_cookie(sk);

	if (!skbtrace_names_has(&run->known, key, c->epoch))
		skbtrace_name_conn(run, c, ev, sk, key, netns);
	return key;
}

/* Context: gate busy. @task: NULL: it is gone, and remains a number */
void skbtrace_name_task(struct skbtrace_cpu *c, u32 tgid,
			const struct task_struct *task)
{
	void *b = task ? skbtrace_name(c, &skbtrace_ev_task, 0, 0) : NULL;

	if (!b)
		return;
	skbtrace_fill_task(b, tgid, task);
	c->tasks[tgid % SKBTRACE_NR_TASKS] = tgid;
}

/* Each location of a block is named before it. Context: gate busy. */
void skbtrace_name_location(struct skbtrace_cpu *c, const void *location)
{
	void *b;
	u64 id;

	if (skbtrace_symbol_told(&c->symbols, location))
		return;
	b = skbtrace_name(c, &skbtrace_ev_symbol, 0, 0);
	if (!b)
		return;
	id = skbtrace_symbol_id(&c->symbols, &c->run->location_key, location);
	skbtrace_fill_symbol(b, id, location);
	skbtrace_symbol_tell(&c->symbols, location);
}

/* In this epoch, as this CPU knows it */
static bool skbtrace_is_named_now(const struct skbtrace_run *run, u64 key)
{
	return skbtrace_names_has(&run->known, key,
				  this_cpu_read(run->cpu->epoch));
}

/**
 * skbtrace_name_sk() - name a connection if this epoch has not named it yet
 * @s: session
 * @ev: event that names connections
 * @sk: connection
 *
 * Context: probe.
 */
void skbtrace_name_sk(struct skbtrace_session *s,
		      const struct skbtrace_event *ev, struct sock *sk)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	u64 key = skbtrace_cookie(sk);
	struct skbtrace_cpu *c;
	unsigned long flags;

	if (likely(skbtrace_is_named_now(run, key)) ||
	    (READ_ONCE(s->judges) && !skbtrace_wants_name(s, ev, sk)))
		return;
	local_irq_save(flags);
	c = this_cpu_ptr(run->cpu);
	if (likely(!c->gate.busy) &&
	    c->gate.ctx_mask & BIT(skbtrace_context()) &&
	    unlikely(!skbtrace_names_has(&run->known, key, c->epoch))) {
		c->gate.busy = true;
		skbtrace_name_conn(run, c, ev, sk, key, sock_net(sk)->ns.inum);
		c->gate.busy = false;
	}
	local_irq_restore(flags);
}
EXPORT_SYMBOL_GPL(skbtrace_name_sk);

/**
 * skbtrace_is_named() - has this connection been seen in this session?
 * @s: session
 * @sk: socket or minisocket
 *
 * Context: probe.
 * Return: true if it has
 */
bool skbtrace_is_named(struct skbtrace_session *s, const struct sock *sk)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return cookie && skbtrace_names_has(&run->known, cookie, -1);
}
EXPORT_SYMBOL_GPL(skbtrace_is_named);
