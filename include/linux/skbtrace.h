/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: what a protocol module needs.
 *
 * A module declares its events, each with one list of fields, and the hooks
 * (tracepoint and probe) that each needs; then it registers them. The core
 * attaches a hook while an event that names it is on. A probe asks whether an
 * event is wanted, gets room for a block, fills it in, and commits it:
 *
 *	if (!skbtrace_wants(s, &ev_foo, how))
 *		return;
 *	b = skbtrace_begin_sk(s, &ev_foo, sk);
 *	if (!b)
 *		return;
 *	b->how = how;
 *	skbtrace_commit(s);
 */
#ifndef _LINUX_SKBTRACE_H
#define _LINUX_SKBTRACE_H

#include <linux/bitmap.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/skbtrace_state.h>
#include <linux/skbuff.h>
#include <linux/stringify.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <uapi/linux/skbtrace_api.h>

struct module;
struct skbtrace_proto;
struct tracepoint;

#define SKBTRACE_MAX_EVENTS	64	/* registered at the same time */
#define SKBTRACE_MAX_SELECT	256	/* values that skip= and only= know */

/*
 * Fields. LIST(F, S) calls F(S, type, name, unit, flags, help) for each field
 * of a block in order; type, unit and flags are those of the "format" file.
 * The list makes the struct, the proof that it has no holes, and the table
 * that "format" is printed from, so that they cannot differ.
 */
#define SKBTRACE_C_u8		u8
#define SKBTRACE_C_u16		u16
#define SKBTRACE_C_u32		u32
#define SKBTRACE_C_u64		u64
#define SKBTRACE_C_s32		s32
#define SKBTRACE_C_s64		s64
#define SKBTRACE_C_addr		struct in6_addr
#define SKBTRACE_C_str16	struct skbtrace_str16
#define SKBTRACE_C_str56	struct skbtrace_str56

struct skbtrace_str16 { char s[16]; };
struct skbtrace_str56 { char s[56]; };

/**
 * struct skbtrace_field - a row of the table of an event's fields
 * @name: as in "format"; never changes once released
 * @type: u8 ... s64, addr (16 bytes, IPv4 as ::ffff:a.b.c.d), strN
 * @unit: of the number, or how to read it: see "format"
 * @flags: how to print it: see "format"
 * @help: one line for people
 * @off: bytes from the beginning of the block
 */
struct skbtrace_field {
	const char	*name;
	const char	*type;
	const char	*unit;
	const char	*flags;
	const char	*help;
	u16		off;
};

#define SKBTRACE_MEMBER(S, type, name, unit, flags, help)		\
	SKBTRACE_C_##type name;
#define SKBTRACE_SIZE(S, type, name, unit, flags, help)			\
	+ sizeof(SKBTRACE_C_##type)
#define SKBTRACE_ROW(S, type, name, unit, flags, help)			\
	{ #name, #type, unit, flags, help, offsetof(S, name) },

/* struct NAME_block and NAME_fields[] from a list of fields */
#define SKBTRACE_BLOCK(NAME, LIST)					\
	struct NAME##_block {						\
		struct skbtrace_block hdr;				\
		LIST(SKBTRACE_MEMBER, struct NAME##_block)		\
	};								\
	static_assert(sizeof(struct NAME##_block) % 8 == 0);		\
	static_assert(sizeof(struct NAME##_block) ==			\
		      sizeof(struct skbtrace_block)			\
		      LIST(SKBTRACE_SIZE, struct NAME##_block));	\
	static const struct skbtrace_field NAME##_fields[] = {		\
		LIST(SKBTRACE_ROW, struct NAME##_block)			\
	}

/* the members of struct skbtrace_event that follow from SKBTRACE_BLOCK() */
#define SKBTRACE_EVENT(NAME)						\
	.name = __stringify(NAME),					\
	.len = sizeof(struct NAME##_block),				\
	.fields = NAME##_fields,					\
	.nr_fields = ARRAY_SIZE(NAME##_fields)

/**
 * struct skbtrace_sym - a value and the word for it, without blanks
 * @value: the number in the block
 * @word: the word; %NULL if this value has none
 * @alias: another word for a value, understood but never printed
 */
struct skbtrace_sym {
	u32		value;
	const char	*word;
	bool		alias;
};

/**
 * struct skbtrace_syms - the words of an enum or of flags
 * @name: as in the unit "enum:NAME" or "flags:NAME" of a field
 * @tab: the words
 * @nr: how many
 */
struct skbtrace_syms {
	const char			*name;
	const struct skbtrace_sym	*tab;
	unsigned int			nr;
};

#define SKBTRACE_SYMS(NAME, TAB)					\
	{ .name = NAME, .tab = TAB, .nr = ARRAY_SIZE(TAB) }

/**
 * struct skbtrace_hook - a probe and the tracepoint it is attached to
 * @tracepoint: its name; found by name, so it needs no export
 * @probe: takes the session, then the args of the tracepoint
 * @optional: events that use it are useful without it
 * @tp: core: %NULL if this kernel has no such tracepoint
 */
struct skbtrace_hook {
	const char		*tracepoint;
	void			*probe;
	bool			optional;
	struct tracepoint	*tp;
};

/* A hook called NAME, its probe checked against the tracepoint when compiled */
#define SKBTRACE_HOOK_(NAME, TRACEPOINT, PROBE, OPTIONAL)		\
	struct skbtrace_hook NAME = {					\
		.tracepoint	= __stringify(TRACEPOINT),		\
		.probe		= PROBE,				\
		.optional	= OPTIONAL,				\
	};								\
	static inline void __maybe_unused NAME##_check(void)		\
	{								\
		check_trace_callback_type_##TRACEPOINT(PROBE);		\
	}								\
	static_assert(true)
#define SKBTRACE_HOOK(NAME, TRACEPOINT, PROBE)				\
	SKBTRACE_HOOK_(NAME, TRACEPOINT, PROBE, false)
#define SKBTRACE_HOOK_OPTIONAL(NAME, TRACEPOINT, PROBE)			\
	SKBTRACE_HOOK_(NAME, TRACEPOINT, PROBE, true)

enum skbtrace_kind { SKBTRACE_META, SKBTRACE_CONN, SKBTRACE_PACKET };

enum skbtrace_role {
	SKBTRACE_ROLE_EVENT,
	SKBTRACE_ROLE_CONN,	/* names the connection of the block's key */
	SKBTRACE_ROLE_TASK,	/* names a tgid */
	SKBTRACE_ROLE_SYMBOL,	/* names a code address */
};

/* Options that an event takes beside stack, skip= and only= */
#define SKBTRACE_OPT_MARK	1	/* sk_mark= */
#define SKBTRACE_OPT_SAMPLE	2	/* sample= */
#define SKBTRACE_OPTS_PICK	(SKBTRACE_OPT_MARK | SKBTRACE_OPT_SAMPLE)

/**
 * struct skbtrace_event - all that is known of an event
 * @name: never changes once released
 * @nr: its number, < %SKBTRACE_FIRST_SPECIAL or core's own
 * @len: bytes of its block, header included
 * @kind: what hdr.key of a block is: a socket cookie, a packet id, nothing
 * @role: more than an event: names something
 * @important: may use the part of the buffer that is kept for names
 * @stability: Stable, Evolving or Private
 * @sets: sets of the command line that it is in, separated by ':', or %NULL
 * @help: when it fires
 * @read: how to read it
 * @example: a command line
 * @select: field that skip= and only= look at (unit enum:...), or %NULL
 * @select2: another one, for skbtrace_wants2(), or %NULL; its words are none
 *	of @select's
 * @opts: %SKBTRACE_OPT_MARK and %SKBTRACE_OPT_SAMPLE. skbtrace_begin_sk() obeys
 *	them; the probe of a packet event does by skbtrace_picks()
 * @states: it uses skbtrace_state_get()
 * @set_opts: options that a set asks for this event with, or %NULL
 * @fields: its fields
 * @nr_fields: how many
 * @hooks: %NULL-terminated; attached while the event is on
 * @names: for connection events: the event that names the connection
 * @fill: for events that name a connection: fills in the block of one whose
 *	first event is about to be written; the socket may be a minisocket
 * @slot: core
 * @first: core: the first 8 bytes of its blocks, but for the context
 * @proto: core
 */
struct skbtrace_event {
	const char			*name;
	u16				nr;
	u16				len;
	enum skbtrace_kind		kind;
	enum skbtrace_role		role;
	bool				important;
	const char			*stability;
	const char			*sets;
	const char			*help;
	const char			*read;
	const char			*example;
	const char			*select;
	const char			*select2;
	u8				opts;
	bool				states;
	const char			*set_opts;
	const struct skbtrace_field	*fields;
	unsigned int			nr_fields;
	struct skbtrace_hook		*const *hooks;
	struct skbtrace_event		*names;
	void				(*fill)(void *block, struct sock *sk);
	u16				slot;
	u64				first;
	const struct skbtrace_proto	*proto;
};

/**
 * struct skbtrace_proto - a protocol module
 * @name: short: tcp
 * @owner: %THIS_MODULE
 * @events: its events
 * @nr_events: how many
 * @syms: symbol tables that its fields name
 * @nr_syms: how many
 * @list: core
 */
struct skbtrace_proto {
	const char			*name;
	struct module			*owner;
	struct skbtrace_event		*const *events;
	unsigned int			nr_events;
	const struct skbtrace_syms	*syms;
	unsigned int			nr_syms;
	struct list_head		list;
};

int skbtrace_register_proto(struct skbtrace_proto *proto);
void skbtrace_unregister_proto(struct skbtrace_proto *proto);

/* so that the first use of an event loads its module */
#define MODULE_ALIAS_SKBTRACE_EVENT(name)				\
	MODULE_ALIAS("skbtrace-event-" __stringify(name))
#define MODULE_ALIAS_SKBTRACE_PROTO(name)				\
	MODULE_ALIAS("skbtrace-proto-" __stringify(name))

/* The uppermost bits of skbtrace_slot.skip are those of select2. */
#define SKBTRACE_SELECT2	(SKBTRACE_MAX_SELECT - 32)

/**
 * struct skbtrace_slot - how a session wants an event
 * @on: it does
 * @selective: @skip or @skip_rest refuse something
 * @skip_rest: values of no bit are not wanted: only= has been given
 * @only2: only= has named values of the second field
 * @picky: @by_mark or @sample are set
 * @by_mark: only sockets with @mark
 * @stack: call stacks are wanted
 * @special: @picky or @stack: not for the fast path
 * @nr: number of the event, which may be gone before the session is
 * @mark: SO_MARK
 * @sample: one in so many connections; 0: all
 * @skip: values of the field that skbtrace_event.select names, not wanted, and
 *	from %SKBTRACE_SELECT2 on those of the field that select2 names
 */
struct skbtrace_slot {
	bool		on;
	bool		selective;
	bool		skip_rest;
	bool		only2;
	bool		picky;
	bool		by_mark;
	bool		stack;
	bool		special;
	u16		nr;
	u32		mark;
	u32		sample;
	DECLARE_BITMAP(skip, SKBTRACE_MAX_SELECT);
} __aligned(64);	/* a shift finds it */

/**
 * struct skbtrace_gate - the way into a session on one CPU
 * @irqflags: to be restored when the open block is committed
 * @busy: there is one. As interrupts are off then, seeing it set is recursion
 * @ctx_mask: contexts that are wanted, by bit; 0: none, nothing
 * @hits: probes that asked for a block or refused one
 * @skipped: of them, refused by skip=, only=, sk_mark=, sample=, contexts, cpus
 */
struct skbtrace_gate {
	unsigned long	irqflags;
	bool		busy;
	u32		ctx_mask;
	u64		hits;
	u64		skipped;
};

/**
 * struct skbtrace_session - the part of a session that probes look at
 * @gate: per CPU
 * @id_key: keys of packet ids, so that these don't tell addresses
 * @special: some event has skbtrace_slot.special set: look at the slots
 * @states: what is remembered of connections
 * @slot: by event
 */
struct skbtrace_session {
	struct skbtrace_gate __percpu	*gate;
	u64				id_key[2];
	bool				special;
	struct skbtrace_states		states;
	struct skbtrace_slot		slot[SKBTRACE_MAX_EVENTS];
};

void *skbtrace_open(struct skbtrace_session *s, const struct skbtrace_event *ev,
		    u64 key, u32 netns, u32 ctx);
void *skbtrace_open_at(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, u64 key, u32 netns,
		       const void *location, u32 ctx);
void *skbtrace_open_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       u32 ctx);
void skbtrace_name_sk(struct skbtrace_session *s,
		      const struct skbtrace_event *ev, struct sock *sk);
bool skbtrace_is_named(struct skbtrace_session *s, const struct sock *sk);
struct skbtrace_state *skbtrace_state_new(struct skbtrace_session *s,
					  struct sock *sk);
u64 skbtrace_location_id(const struct skbtrace_session *s,
			 const void *location);
u64 skbtrace_make_cookie(struct sock *sk);

/**
 * skbtrace_cookie() - the number that SO_COOKIE gives
 * @sk: a socket or a minisocket
 *
 * Made on first use: a request or timewait sock inherits it only if it is
 * there before the copy. Context: probe.
 *
 * Return: the cookie, never 0
 */
static inline u64 skbtrace_cookie(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : skbtrace_make_cookie(sk);
}

/* One more context, which no session can want */
#define SKBTRACE_CTX_NMI	3

static __always_inline u32 skbtrace_context(void)
{
	if (unlikely(in_nmi() | in_hardirq()))
		return in_nmi() ? SKBTRACE_CTX_NMI : SKBTRACE_CTX_HARDIRQ;
	/* not in_softirq(): that is also a task with BHs off */
	return in_serving_softirq() ? SKBTRACE_CTX_SOFTIRQ : SKBTRACE_CTX_TASK;
}

/**
 * skbtrace_count_skipped() - an event was refused by what its spec says
 * @s: session
 *
 * Context: probe.
 */
static inline void skbtrace_count_skipped(struct skbtrace_session *s)
{
	this_cpu_inc(s->gate->hits);
	this_cpu_inc(s->gate->skipped);
}

/* Inline, so that what is not wanted costs no more than this. */
static __always_inline bool skbtrace_refuses(struct skbtrace_session *s,
					     u32 ctx)
{
	if (likely(this_cpu_read(s->gate->ctx_mask) & BIT(ctx)))
		return false;
	skbtrace_count_skipped(s);
	return true;
}

/**
 * skbtrace_begin() - room for the block of an event
 * @s: session
 * @ev: event
 * @key: what it is about, see skbtrace_event.kind
 * @netns: inode number of the network namespace, 0 unknown
 *
 * The header is filled in; every other byte of the block must be written
 * before skbtrace_commit(). Context: probe; interrupts are off on success.
 *
 * Return: the block, or %NULL: not wanted, or lost and counted
 */
static __always_inline void *
skbtrace_begin(struct skbtrace_session *s, const struct skbtrace_event *ev,
	       u64 key, u32 netns)
{
	u32 ctx = skbtrace_context();

	return skbtrace_refuses(s, ctx) ? NULL :
					  skbtrace_open(s, ev, key, netns, ctx);
}

/**
 * skbtrace_begin_at() - room for a block that tells a code address
 * @s: session
 * @ev: event
 * @key: what it is about
 * @netns: inode number of the network namespace, 0 unknown
 * @location: the address; the block holds skbtrace_location_id() of it
 *
 * As skbtrace_begin(), but the first time in an epoch the location is named.
 *
 * Return: as skbtrace_begin()
 */
static __always_inline void *
skbtrace_begin_at(struct skbtrace_session *s, const struct skbtrace_event *ev,
		  u64 key, u32 netns, const void *location)
{
	u32 ctx = skbtrace_context();

	return skbtrace_refuses(s, ctx) ? NULL :
	       skbtrace_open_at(s, ev, key, netns, location, ctx);
}

/**
 * skbtrace_begin_sk() - room for the block of a connection event
 * @s: session
 * @ev: event, with @names set
 * @sk: connection: a full socket or a minisocket that is alive
 *
 * As skbtrace_begin(); the connection's first event in an epoch is preceded by
 * a block that names it.
 *
 * Return: as skbtrace_begin()
 */
static __always_inline void *
skbtrace_begin_sk(struct skbtrace_session *s, const struct skbtrace_event *ev,
		  struct sock *sk)
{
	u32 ctx = skbtrace_context();

	return skbtrace_refuses(s, ctx) ? NULL :
					  skbtrace_open_sk(s, ev, sk, ctx);
}

/**
 * skbtrace_on() - is this event on?
 * @s: session
 * @ev: event
 *
 * Needed where several events share a hook. Context: probe.
 * Return: true if it is
 */
static inline bool skbtrace_on(const struct skbtrace_session *s,
			       const struct skbtrace_event *ev)
{
	return s->slot[ev->slot].on;
}

/**
 * skbtrace_wants() - is this event on, and not refused by skip= or only=?
 * @s: session
 * @ev: event
 * @value: of the field that skbtrace_event.select names
 *
 * Context: probe. Counts what it refuses.
 * Return: true if it is wanted
 */
static inline bool skbtrace_wants(struct skbtrace_session *s,
				  const struct skbtrace_event *ev, u32 value)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];

	if (!slot->on)
		return false;
	if (likely(!slot->selective))
		return true;
	if (value < SKBTRACE_SELECT2 ? !test_bit(value, slot->skip) :
				       !slot->skip_rest)
		return true;
	skbtrace_count_skipped(s);
	return false;
}

/**
 * skbtrace_wants2() - the same for an event with two fields to choose by
 * @s: session
 * @ev: event
 * @value: of the field that skbtrace_event.select names
 * @value2: of the field that skbtrace_event.select2 names, less than 32
 *
 * Context: probe. Counts what it refuses.
 * Return: true if it is wanted
 */
static inline bool skbtrace_wants2(struct skbtrace_session *s,
				   const struct skbtrace_event *ev, u32 value,
				   u32 value2)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];

	if (!skbtrace_wants(s, ev, value))
		return false;
	if (likely(!slot->selective) ||
	    !test_bit(SKBTRACE_SELECT2 + value2, slot->skip))
		return true;
	skbtrace_count_skipped(s);
	return false;
}

bool skbtrace_picks_sk(const struct skbtrace_slot *slot, struct sock *sk);
bool skbtrace_picks_packet(struct skbtrace_session *s,
			   const struct skbtrace_slot *slot,
			   const struct sk_buff *skb, int l3, struct sock *sk);

/**
 * skbtrace_picks_conn() - do sk_mark= and sample= want this connection?
 * @s: session
 * @ev: event of connections
 * @sk: connection
 *
 * skbtrace_begin_sk() asks, too, and counts: this is for who must know before.
 * Context: probe.
 * Return: true if they do
 */
static inline bool skbtrace_picks_conn(const struct skbtrace_session *s,
				       const struct skbtrace_event *ev,
				       struct sock *sk)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];

	return likely(!s->special) || !slot->picky ||
	       skbtrace_picks_sk(slot, sk);
}

/* An offset that no packet has: sample= never wants it */
#define SKBTRACE_NO_L3		INT_MAX

/**
 * skbtrace_picks() - do sk_mark= and sample= want this packet?
 * @s: session
 * @ev: event of packets
 * @skb: packet
 * @l3: where its IP header is, bytes from skb->data, or %SKBTRACE_NO_L3
 * @sk: socket that is known to own the packet, %NULL: none
 *
 * To be asked before skbtrace_begin(). Context: probe. Counts what it refuses.
 * Return: true if they do
 */
static inline bool skbtrace_picks(struct skbtrace_session *s,
				  const struct skbtrace_event *ev,
				  const struct sk_buff *skb, int l3,
				  struct sock *sk)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];

	return likely(!s->special) || !slot->picky ||
	       skbtrace_picks_packet(s, slot, skb, l3, sk);
}

/**
 * skbtrace_state_get() - what the session remembers of a connection
 * @s: session, with an event on that has skbtrace_event.states set
 * @sk: connection, locked
 *
 * Context: probe.
 * Return: the state, new if need be, or %NULL: there is no room for one
 */
static inline struct skbtrace_state *
skbtrace_state_get(struct skbtrace_session *s, struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	struct skbtrace_state *state = NULL;

	if (likely(cookie))
		state = skbtrace_state_find(&s->states, cookie);
	return likely(state) ? state : skbtrace_state_new(s, sk);
}

/**
 * skbtrace_commit() - a block is complete
 * @s: session that one of the skbtrace_begin() functions gave a block of
 *
 * Context: as these left it: interrupts off; restored here.
 */
static inline void skbtrace_commit(struct skbtrace_session *s)
{
	struct skbtrace_gate *gate = this_cpu_ptr(s->gate);
	unsigned long flags = gate->irqflags;

	gate->busy = false;
	local_irq_restore(flags);
}

/* The first fields of a packet event's block: what people know it by. */
#define SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, addr, local, "-", "tuple", "address on this side")		\
	F(S, addr, peer, "-", "tuple", "address of the other side")	\
	F(S, u16, lport, "port", "tuple", "port on this side")		\
	F(S, u16, pport, "port", "tuple", "port of the other side")	\
	F(S, u8, proto, "enum:ipproto", "-", "protocol above IP")	\
	F(S, u8, dir, "enum:dir", "brief", "received or sent by this host")

/**
 * struct skbtrace_tuple - SKBTRACE_TUPLE_FIELDS() as a struct
 * @local: address on this side, IPv4 as ::ffff:a.b.c.d
 * @peer: address of the other side
 * @lport: port on this side, host order
 * @pport: port of the other side, host order
 * @proto: IPPROTO_*, 0 unknown
 * @dir: SKBTRACE_DIR_*
 */
struct skbtrace_tuple {
	struct in6_addr	local;
	struct in6_addr	peer;
	u16		lport;
	u16		pport;
	u8		proto;
	u8		dir;
};

enum { SKBTRACE_DIR_UNKNOWN, SKBTRACE_DIR_RX, SKBTRACE_DIR_TX };

#define SKBTRACE_ASSERT_TUPLE(NAME)					\
	static_assert(offsetof(struct NAME##_block, dir) ==		\
		      offsetof(struct NAME##_block, local) +		\
		      offsetof(struct skbtrace_tuple, dir))

/* the tuple in a block */
#define skbtrace_tuple_of(b)	((struct skbtrace_tuple *)&(b)->local)

/**
 * struct skbtrace_l4 - what skbtrace_packet_tuple() finds beside the tuple
 * @seq: TCP sequence number, host order
 * @len: bytes of payload above the transport header, from the IP header
 * @valid: TCP: @seq and @len are; UDP: @len is
 */
struct skbtrace_l4 {
	u32	seq;
	u32	len;
	bool	valid;
};

bool skbtrace_slow_tuple(const struct sk_buff *skb, int l3, u8 dir,
			 struct skbtrace_tuple *t, struct skbtrace_l4 *l4);
void skbtrace_sock_tuple(const struct sock *sk, struct skbtrace_tuple *t);

/**
 * skbtrace_packet_sock() - the socket that surely belongs to a packet
 * @skb: packet
 *
 * One that skb->sk points to is held by the packet only if there is a
 * destructor that will let it go. Its kind may be any: check sk_fullsock().
 *
 * Return: the socket, of IPv4 or IPv6, or %NULL
 */
static inline struct sock *skbtrace_packet_sock(const struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	if (!sk || !skb->destructor)
		return NULL;
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6 ? sk :
								       NULL;
}

/**
 * skbtrace_has_l3() - does skb_network_offset() tell where the IP header is?
 * @skb: packet
 *
 * A header that was never set is 0 or all ones; one that was may be stale.
 *
 * Return: true if it is an IP packet and it may be asked
 */
static inline bool skbtrace_has_l3(const struct sk_buff *skb)
{
	return skb->network_header &&
	       skb->network_header != (typeof(skb->network_header))~0U &&
	       (skb->protocol == htons(ETH_P_IP) ||
		skb->protocol == htons(ETH_P_IPV6));
}

/* What skbtrace_packet_tuple() need not call for: what most packets are. */
static __always_inline bool
skbtrace_quick_tuple(const struct sk_buff *skb, int l3, u8 dir,
		     struct skbtrace_tuple *t, struct skbtrace_l4 *l4)
{
	const struct iphdr *ip = (const struct iphdr *)(skb->data + l3);
	const struct tcphdr *th = (const struct tcphdr *)(ip + 1);
	int linear = (int)skb_headlen(skb) - l3 - (int)sizeof(*ip);
	bool tx = dir == SKBTRACE_DIR_TX;
	bool udp;
	int len;

	/* version 4, no options */
	if (linear < (int)sizeof(struct udphdr) || *(const u8 *)ip != 0x45 ||
	    ip->frag_off & htons(IP_OFFSET))
		return false;
	udp = ip->protocol == IPPROTO_UDP;
	if (!udp && (ip->protocol != IPPROTO_TCP || linear < (int)sizeof(*th)))
		return false;
	if (l4) {
		/* tot_len is 0 in packets over 64 KiB (BIG TCP) */
		len = ip->tot_len ? ntohs(ip->tot_len) : (int)skb->len - l3;
		len -= sizeof(*ip);
		len -= udp ? (int)sizeof(struct udphdr) : th->doff * 4;
		l4->len = max(len, 0);
		l4->seq = udp ? 0 : ntohl(th->seq);
		l4->valid = true;
	}
	ipv6_addr_set_v4mapped(tx ? ip->saddr : ip->daddr, &t->local);
	ipv6_addr_set_v4mapped(tx ? ip->daddr : ip->saddr, &t->peer);
	/* UDP has them at the same place */
	t->lport = ntohs(tx ? th->source : th->dest);
	t->pport = ntohs(tx ? th->dest : th->source);
	t->proto = ip->protocol;
	t->dir = dir;
	return true;
}

/**
 * skbtrace_packet_tuple() - who sends this packet to whom?
 * @skb: packet
 * @l3: where its IP header is, bytes from skb->data, negative: before it
 * @dir: SKBTRACE_DIR_*: which of both is local; unknown counts as received
 * @t: the result, all of it, zero where not known
 * @l4: what the transport header tells; %NULL: not asked for
 *
 * Inline, so that what the caller knows or does not need costs nothing.
 * Context: probe.
 *
 * Return: false if this is not IPv4 or IPv6, or truncated
 */
static inline bool skbtrace_packet_tuple(const struct sk_buff *skb, int l3,
					 u8 dir, struct skbtrace_tuple *t,
					 struct skbtrace_l4 *l4)
{
	return likely(skbtrace_quick_tuple(skb, l3, dir, t, l4)) ||
	       skbtrace_slow_tuple(skb, l3, dir, t, l4);
}

/**
 * skbtrace_packet_id() - name of a packet's memory
 * @s: session
 * @skb: packet
 *
 * Clones of a packet share the data but not the skb, so they differ. Memory is
 * used again: an id means the same packet only between its birth and its end.
 *
 * Return: the id
 */
static inline u64 skbtrace_packet_id(const struct skbtrace_session *s,
				     const struct sk_buff *skb)
{
	u64 a = (u64)(unsigned long)skb * s->id_key[0];
	u64 b = (u64)(unsigned long)skb->head * s->id_key[1];

	return a ^ (b >> 32 | b << 32);
}

#endif /* _LINUX_SKBTRACE_H */
