// SPDX-License-Identifier: GPL-2.0
/*
 * Does an event pass the filters? Called by probes, on the hot path: no lock,
 * no allocation, and no shared cache line is written except for a new verdict.
 *
 * The connection filter checks events of connections. Events of packets are
 * checked by both filters: by the connection filter by the socket that is known
 * to own the packet, else by its addresses, seen as a connection of this host;
 * by the packet filter by its bytes from the IP header on. A filter refuses an
 * event that has no data for it.
 */
#include <linux/bpf.h>
#include <linux/cgroup.h>
#include <linux/filter.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include "conn_prog.h"
#include "quiet.h"
#include "verdict.h"
#include "pick.h"

/* bpf_prog_run() without statistics, which would cost more than the program */
static __always_inline u32 skbtrace_prog_run(const struct bpf_prog *bpf,
					     const struct sk_buff *view)
{
	return bpf_dispatcher_nop_func(view, bpf->insnsi, bpf->bpf_func);
}

/* The program loads forged bytes only: skbtrace_conn_check() verified that. */
static bool skbtrace_run_forged(const struct bpf_prog *bpf,
				const struct skbtrace_tuple *t, u8 proto,
				bool v4)
{
	const struct skbtrace_forged c = {
		.local = t->local.s6_addr, .peer = t->peer.s6_addr,
		.lport = t->lport, .pport = t->pport,
		.proto = proto, .v4 = v4,
	};
	u8 bytes[SKBTRACE_FORGED_MAX] __uninitialized;
	struct sk_buff view __uninitialized;

	/* so that a load before the first byte fails */
	view.head = bytes;
	view.tail = 0;
	view.data = bytes;
	view.len = skbtrace_forge(bytes, &c);
	view.data_len = 0;
	return skbtrace_prog_run(bpf, &view);
}

static noinline bool skbtrace_conn_decide(struct skbtrace_prog *p,
					  const struct sock *sk, u64 cookie,
					  u64 mix)
{
	u8 proto = IPPROTO_TCP;
	struct skbtrace_tuple t;
	bool yes;
	u64 old;

	/* the protocol number of MPTCP is no IP protocol; it sends TCP */
	if (sk_fullsock(sk) && sk->sk_protocol <= U8_MAX)
		proto = sk->sk_protocol;
	skbtrace_sock_tuple(sk, &t);
	yes = skbtrace_run_forged(p->bpf, &t, proto, sk->sk_family == AF_INET);
	/* connected elsewhere meanwhile: @mix is stale */
	if (skbtrace_sk_mix(sk, cookie) != mix)
		return yes;
	old = skbtrace_verdict_put(p->verdicts, cookie, mix, yes);
	if (old)
		this_cpu_inc(p->count->forgotten[old & SKBTRACE_VERDICT_YES]);
	return yes;
}

static __always_inline bool skbtrace_conn_wanted(struct skbtrace_prog *p,
						 struct sock *sk)
{
	u64 cookie = skbtrace_cookie(sk), mix = skbtrace_sk_mix(sk, cookie);
	int known = skbtrace_verdict_get(p->verdicts, cookie, mix);

	return likely(known >= 0) ? known :
				    skbtrace_conn_decide(p, sk, cookie, mix);
}

static __always_inline bool skbtrace_count_verdict(struct skbtrace_prog *p,
						   bool yes)
{
	if (yes)
		this_cpu_inc(p->count->passed);
	else
		this_cpu_inc(p->count->refused);
	return yes;
}

/* The device a connection is bound to, or that of its route; 0: not known */
static int skbtrace_sk_ifindex(struct sock *sk)
{
	const struct dst_entry *dst;

	if (sk->sk_bound_dev_if)
		return sk->sk_bound_dev_if;
	if (sk_fullsock(sk)) {
		dst = rcu_dereference_check(sk->sk_dst_cache,
					    rcu_read_lock_sched_held());
		return dst && dst->dev ? dst->dev->ifindex : 0;
	}
	return sk->sk_state == TCP_NEW_SYN_RECV ?
	       inet_rsk(inet_reqsk(sk))->ir_iif : 0;
}

static bool skbtrace_in_cgroup(struct sock *sk, struct cgroup *cgrp)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	struct cgroup *of;

	if (sk && sk->sk_state == TCP_NEW_SYN_RECV)
		sk = inet_reqsk(sk)->rsk_listener;
	if (!sk || !sk_fullsock(sk))
		return false;
	/* one that has been released may be on its way to another life */
	of = sock_cgroup_ptr(&sk->sk_cgrp_data);
	return of && cgroup_is_descendant(of, cgrp);
#else
	return false;
#endif
}

/* @net: %NULL: not known */
static bool skbtrace_in_scope(const struct skbtrace_filters *j,
			      const struct net *net, int ifindex, u32 mark,
			      struct sock *sk)
{
	if (j->netns && (!net || net->net_cookie != j->netns_cookie))
		return false;
	if (j->ifindex && ifindex != j->ifindex)
		return false;
	if ((mark & j->mark_mask) != j->mark)
		return false;
	if (j->cgroup && !skbtrace_in_cgroup(sk, j->cgroup))
		return false;
	return !j->tgid || (skbtrace_context() == SKBTRACE_CTX_TASK &&
			    current->tgid == j->tgid);
}

static bool skbtrace_sk_in_scope(const struct skbtrace_filters *j,
				 struct sock *sk)
{
	return skbtrace_in_scope(j, sock_net(sk), skbtrace_sk_ifindex(sk),
				 skbtrace_sk_mark(sk), sk);
}

static bool skbtrace_packet_in_scope(const struct skbtrace_filters *j,
				     const struct skbtrace_packet *p)
{
	const struct net *net = p->net;
	int ifindex;

	if (!net)
		net = skbtrace_packet_net(p->skb, p->dev, p->sk);
	if (p->dev)
		ifindex = p->dev->ifindex;
	else if (p->sk && (p->dir != SKBTRACE_DIR_RX || !p->skb->skb_iif))
		ifindex = skbtrace_sk_ifindex(p->sk);
	else
		ifindex = p->skb->skb_iif;
	return skbtrace_in_scope(j, net, ifindex, p->skb->mark,
				 p->sk ? p->sk : p->by);
}

/* Context: probe, preemption off. */
static struct skbtrace_filters *
skbtrace_filters_get(const struct skbtrace_session *s)
{
	return rcu_dereference_sched(s->filters);
}

static bool skbtrace_count_filtered(struct skbtrace_session *s)
{
	this_cpu_inc(s->gate->filtered);
	return false;
}

/*
 * Is an event of a connection left out because of max_cost? If that follows
 * from the session alone, its next events need not ask. @shed: of the session
 */
static bool skbtrace_sheds_conn(struct skbtrace_session *s,
				const struct skbtrace_event *ev, u32 shed,
				struct sock *sk)
{
	u32 sample = s->slot[ev->slot].sample;
	u64 cookie = skbtrace_cookie(sk), word;

	if (!skbtrace_sheds_sk(ev, sample, shed, sk))
		return false;
	if (!sample && shed != SKBTRACE_SHED_ALL) {
		word = skbtrace_shed_word(skbtrace_sk_mix(sk, cookie), shed);
		this_cpu_write(s->gate->meter.known[cookie % SKBTRACE_NR_SHED],
			       word);
	}
	return true;
}

static bool skbtrace_sheds(struct skbtrace_session *s,
			   const struct skbtrace_event *ev, u32 shed,
			   const struct skbtrace_packet *p)
{
	return p->sk && skbtrace_is_conn(p->sk) ?
	       skbtrace_sheds_conn(s, ev, shed, p->sk) :
	       skbtrace_sheds_packet(ev, s->slot[ev->slot].sample, shed, p);
}

static bool skbtrace_count_shed(struct skbtrace_session *s)
{
	this_cpu_inc(s->gate->meter.shed);
	return false;
}

/**
 * skbtrace_passes_slow() - the slow path of skbtrace_passes()
 * @s: session
 * @ev: event
 * @sk: connection
 *
 * Runs all checks of connections. Context: probe.
 *
 * Return: true if the event passes; counted if not
 */
bool skbtrace_passes_slow(struct skbtrace_session *s,
			  const struct skbtrace_event *ev, struct sock *sk)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];
	const struct skbtrace_filters *j = skbtrace_filters_get(s);
	u32 shed = READ_ONCE(s->shed);
	struct skbtrace_prog *prog;

	if (slot->picks && !skbtrace_picks_sk(slot, sk)) {
		skbtrace_count_skipped(s);
		return false;
	}
	if (shed && skbtrace_sheds_conn(s, ev, shed, sk))
		return skbtrace_count_shed(s);
	if (!j)
		return true;
	if (j->checks & SKBTRACE_CHECK_SCOPE && !skbtrace_sk_in_scope(j, sk))
		return skbtrace_count_filtered(s);
	prog = j->prog[SKBTRACE_BY_CONN];
	if (!prog || skbtrace_count_verdict(prog,
					    skbtrace_conn_wanted(prog, sk)))
		return true;
	return skbtrace_count_filtered(s);
}
EXPORT_SYMBOL_GPL(skbtrace_passes_slow);

/* The same for a naming block, which is no event and not counted. */
bool skbtrace_wants_name(struct skbtrace_session *s,
			 const struct skbtrace_event *ev, struct sock *sk)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];
	const struct skbtrace_filters *j = skbtrace_filters_get(s);
	u32 shed = READ_ONCE(s->shed);

	if (slot->picks && !skbtrace_picks_sk(slot, sk))
		return false;
	if (shed && skbtrace_sheds_conn(s, ev, shed, sk))
		return false;
	if (!j)
		return true;
	if (j->checks & SKBTRACE_CHECK_SCOPE && !skbtrace_sk_in_scope(j, sk))
		return false;
	return !j->prog[SKBTRACE_BY_CONN] ||
	       skbtrace_conn_wanted(j->prog[SKBTRACE_BY_CONN], sk);
}

/*
 * An skb for the program to run on, so that the packet is not changed: it has
 * the data from the IP header on, and the fragments. A load at a computed
 * negative offset adds network_header, which is set beyond the end.
 */
static __always_inline void
skbtrace_view(struct sk_buff *view, const struct sk_buff *skb, int l3)
{
	/* it has the bit that says whether fragments are readable */
	if (skb->data_len)
		memcpy(&view->headers, &skb->headers, sizeof(view->headers));
	view->network_header = (typeof(view->network_header))~0U;
	view->mac_header = (typeof(view->mac_header))~0U;
	view->head = skb->head;
	view->tail = 0;	/* older kernels limit negative loads by it */
	view->end = skb->end;
	view->data = skb->data + l3;
	view->len = skb->len - l3;
	view->data_len = skb->data_len;
}

/*
 * The IP header is in a fragment, so the linear part would have a negative
 * size. The view has none, and its fragments begin at the IP header.
 */
static noinline u32 skbtrace_run_frags(const struct bpf_prog *bpf,
				       const struct sk_buff *skb, int l3)
{
	struct skb_shared_info shared = *skb_shinfo(skb);
	unsigned int skip = l3 - skb_headlen(skb), n;
	struct sk_buff view __uninitialized;
	int i;

	for (i = 0; i < shared.nr_frags && skip; i++) {
		n = min(skip, skb_frag_size(&shared.frags[i]));
		skb_frag_off_add(&shared.frags[i], n);
		skb_frag_size_sub(&shared.frags[i], n);
		skip -= n;
	}
	if (skip)	/* it is in frag_list */
		return 0;
	skbtrace_view(&view, skb, l3);
	view.head = (u8 *)&shared;
	skb_set_end_offset(&view, 0);
	view.data_len = view.len;
	return skbtrace_prog_run(bpf, &view);
}

static __always_inline u32
skbtrace_run_packet(const struct bpf_prog *bpf, const struct sk_buff *skb,
		    int l3)
{
	struct sk_buff view __uninitialized;

	if (unlikely(l3 > (int)skb_headlen(skb)))
		return l3 > (int)skb->len ? 0 :
					    skbtrace_run_frags(bpf, skb, l3);
	skbtrace_view(&view, skb, l3);
	return skbtrace_prog_run(bpf, &view);
}

static bool skbtrace_packet_conn_wanted(struct skbtrace_prog *prog,
					const struct skbtrace_packet *p)
{
	struct skbtrace_tuple t;

	if (p->sk && skbtrace_is_conn(p->sk))
		return skbtrace_conn_wanted(prog, p->sk);
	return skbtrace_packet_tuple(p->skb, p->l3, p->dir, &t, NULL) &&
	       skbtrace_run_forged(prog->bpf, &t, t.proto, false);
}

static bool skbtrace_packet_passes(const struct skbtrace_filters *j,
				   const struct skbtrace_packet *p)
{
	struct skbtrace_prog *prog;

	if (j->checks & SKBTRACE_CHECK_SCOPE && !skbtrace_packet_in_scope(j, p))
		return false;
	prog = j->prog[SKBTRACE_BY_CONN];
	if (prog && !skbtrace_count_verdict(prog,
					    skbtrace_packet_conn_wanted(prog,
									p)))
		return false;
	prog = j->prog[SKBTRACE_BY_PACKET];
	return !prog ||
	       skbtrace_count_verdict(prog, skbtrace_run_packet(prog->bpf,
								p->skb,
								p->l3));
}

/**
 * skbtrace_filter_packet() - ask the packet filter, the only check that is set
 * @s: session
 * @skb: packet
 * @l3: where its IP header is
 *
 * Context: probe.
 * Return: true if the packet passes; counted if not
 */
bool skbtrace_filter_packet(struct skbtrace_session *s,
			    const struct sk_buff *skb, int l3)
{
	const struct skbtrace_filters *j = skbtrace_filters_get(s);
	struct skbtrace_prog *prog;

	if (unlikely(!j || !j->prog[SKBTRACE_BY_PACKET]))
		return true;	/* the filters are being changed */
	prog = j->prog[SKBTRACE_BY_PACKET];
	return skbtrace_count_verdict(prog, skbtrace_run_packet(prog->bpf, skb,
								l3)) ||
	       skbtrace_count_filtered(s);
}
EXPORT_SYMBOL_GPL(skbtrace_filter_packet);

/**
 * skbtrace_passes_whole() - skbtrace_passes_packet() with all that is known
 * @s: session
 * @ev: event of packets
 * @p: packet
 *
 * Context: probe. Counts what is refused.
 * Return: true if the event passes
 */
bool skbtrace_passes_whole(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct skbtrace_packet *p)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];
	const struct skbtrace_filters *j = skbtrace_filters_get(s);
	u32 shed = READ_ONCE(s->shed);

	if (unlikely(READ_ONCE(s->checks) & SKBTRACE_CHECK_LINK) &&
	    skbtrace_is_carrier(p))
		return skbtrace_count_filtered(s);
	if (slot->picks && !skbtrace_picks_packet(slot, p)) {
		skbtrace_count_skipped(s);
		return false;
	}
	if (shed && skbtrace_sheds(s, ev, shed, p))
		return skbtrace_count_shed(s);
	return !j || skbtrace_packet_passes(j, p) ||
	       skbtrace_count_filtered(s);
}
EXPORT_SYMBOL_GPL(skbtrace_passes_whole);

/**
 * skbtrace_passes_packet_slow() - the slow path of skbtrace_passes_packet()
 * @s: session
 * @ev: event
 * @skb: packet
 * @l3: where its IP header is
 * @dir: SKBTRACE_DIR_*
 * @dev: its device, %NULL: not known
 * @sk: its socket, %NULL: not known
 *
 * Context: probe.
 * Return: true if the event passes; counted if not
 */
bool skbtrace_passes_packet_slow(struct skbtrace_session *s,
				 const struct skbtrace_event *ev,
				 const struct sk_buff *skb, int l3, u8 dir,
				 const struct net_device *dev, struct sock *sk)
{
	const struct skbtrace_packet p = {
		.skb = skb, .l3 = l3, .dir = dir, .dev = dev, .sk = sk,
	};

	return skbtrace_passes_whole(s, ev, &p);
}
EXPORT_SYMBOL_GPL(skbtrace_passes_packet_slow);

/* @j: no probe sees it; may be %NULL */
void skbtrace_filters_free(struct skbtrace_filters *j)
{
	if (!j)
		return;
	skbtrace_prog_free(j->prog[SKBTRACE_BY_CONN]);
	skbtrace_prog_free(j->prog[SKBTRACE_BY_PACKET]);
#ifdef CONFIG_CGROUPS
	if (j->cgroup)
		cgroup_put(j->cgroup);
#endif
	kfree(j);
}
