// SPDX-License-Identifier: GPL-2.0
/*
 * Naming blocks, for connections, tasks and code addresses. Each name is
 * written once per epoch, before the first event that refers to it.
 */
#include <linux/sched.h>
#include <linux/ktime.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "core_events.h"
#include "verdict.h"
#include "naming.h"
#include "reserve.h"

/* Not counted as an event. If the buffer is full, the next event retries. */
static void *skbtrace_name(struct skbtrace_cpu *c,
			   const struct skbtrace_event *ev, u64 key, u32 netns)
{
	struct skbtrace_block *b = skbtrace_reserve(c, ev->len, true);

	if (!b)
		return NULL;
	memset(b, 0, ev->len);
	b->len = ev->len;
	b->event = ev->nr;
	b->ctx = skbtrace_context();
	b->time = skbtrace_now();
	b->key = key;
	b->netns = netns;
	c->gate.seq++;
	c->names++;
	return b;
}

/* At first connect() has no port, and the child of a listener no addresses. */
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
	/* otherwise named again, when it has its port and peer */
	if (skbtrace_sk_complete(sk))
		skbtrace_named_add(&run->pub.named, key, c->gate.epoch);
}

/* The same, unless it is named in this epoch. Return: its cookie */
u64 skbtrace_name_if_new(struct skbtrace_run *run, struct skbtrace_cpu *c,
			 const struct skbtrace_event *ev, struct sock *sk,
			 u32 netns)
{
	u64 key = skbtrace_cookie(sk);

	if (!skbtrace_named_has(&run->pub.named, key, c->gate.epoch))
		skbtrace_name_conn(run, c, ev, sk, key, netns);
	return key;
}

/* Context: gate busy. @task: NULL: it has exited, and gets no name */
void skbtrace_name_task(struct skbtrace_cpu *c, u32 tgid,
			const struct task_struct *task)
{
	void *b = task ? skbtrace_name(c, &skbtrace_ev_task, 0, 0) : NULL;

	if (!b)
		return;
	skbtrace_fill_task(b, tgid, task);
	c->gate.tasks[tgid % SKBTRACE_NR_TASKS] = tgid;
}

/* Name a code address before the block that holds it. Context: gate busy. */
void skbtrace_name_location(struct skbtrace_cpu *c, const void *location)
{
	void *b;
	u64 id;

	if (skbtrace_symbol_is_named(&c->symbols, location))
		return;
	b = skbtrace_name(c, &skbtrace_ev_symbol, 0, 0);
	if (!b)
		return;
	id = skbtrace_symbol_id(&c->symbols, &c->run->location_key, location);
	skbtrace_fill_symbol(b, id, location);
	skbtrace_symbol_set_named(&c->symbols, location);
}

/* In the epoch of this CPU */
static bool skbtrace_is_named_now(const struct skbtrace_run *run, u64 key)
{
	return skbtrace_named_has(&run->pub.named, key,
				  this_cpu_read(run->cpu->gate.epoch));
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
	    (READ_ONCE(s->checks) && !skbtrace_wants_name(s, ev, sk)))
		return;
	local_irq_save(flags);
	c = this_cpu_ptr(run->cpu);
	if (likely(!c->gate.busy) &&
	    c->gate.ctx_mask & BIT(skbtrace_context()) &&
	    unlikely(!skbtrace_named_has(&run->pub.named, key,
					 c->gate.epoch))) {
		c->gate.busy = true;
		skbtrace_name_conn(run, c, ev, sk, key, sock_net(sk)->ns.inum);
		c->gate.busy = false;
	}
	local_irq_restore(flags);
}
EXPORT_SYMBOL_GPL(skbtrace_name_sk);

/**
 * skbtrace_forget_name() - a socket is reused for another connection
 * @s: session
 * @sk: socket; it keeps its cookie, and must be named again
 *
 * Context: probe.
 */
void skbtrace_forget_name(struct skbtrace_session *s, const struct sock *sk)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	u64 cookie = atomic64_read(&sk->sk_cookie);

	if (cookie)
		skbtrace_named_del(&run->pub.named, cookie);
}
EXPORT_SYMBOL_GPL(skbtrace_forget_name);

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

	return cookie && skbtrace_named_has(&run->pub.named, cookie, -1);
}
EXPORT_SYMBOL_GPL(skbtrace_is_named);

/**
 * skbtrace_location_id() - id of a code address, which does not reveal it
 * @s: session
 * @location: address
 *
 * Context: probe, between skbtrace_begin_at() and skbtrace_commit().
 * Return: the id
 */
u64 skbtrace_location_id(const struct skbtrace_session *s, const void *location)
{
	const struct skbtrace_run *run;

	run = container_of(s, struct skbtrace_run, pub);
	return skbtrace_symbol_id(&this_cpu_ptr(run->cpu)->symbols,
				  &run->location_key, location);
}
EXPORT_SYMBOL_GPL(skbtrace_location_id);
