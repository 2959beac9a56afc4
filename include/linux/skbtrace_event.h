/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: the description of an event: fields, words, tracepoints, module.
 */
#ifndef _LINUX_SKBTRACE_EVENT_H
#define _LINUX_SKBTRACE_EVENT_H

#include <linux/device/driver.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/stringify.h>
#include <linux/types.h>
#include <uapi/linux/skbtrace_api.h>

struct module;
struct skbtrace_proto;
struct skbtrace_session;
struct sock;
struct tracepoint;

/*
 * Fields. LIST(F, S) calls F(S, type, name, unit, flags, help) for each field
 * of a block in order; type, unit and flags are those of the "format" file.
 * The struct, the assertion that it has no holes, and the table behind "format"
 * are all generated from this list, so they cannot differ.
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

/* For skbtrace_event.syms: any number of SKBTRACE_SYMS() */
#define SKBTRACE_WORDS(...)						\
	((const struct skbtrace_syms[]){ __VA_ARGS__, {} })

#define SKBTRACE_SYMS(NAME, TAB)					\
	{ .name = NAME, .tab = TAB, .nr = ARRAY_SIZE(TAB) }

/**
 * struct skbtrace_hook - a probe and the tracepoint it is attached to
 * @tracepoint: its name; found by name, so it needs no export
 * @probe: takes the session, then the args of the tracepoint
 * @metered: the same, attached instead in sessions that measure what probes
 *	cost
 * @without: what is missing from an event if there is no such tracepoint;
 *	%NULL: the event itself
 * @older: what is missing because this kernel's tracepoint has fewer arguments
 *	than newer ones; %NULL: nothing
 * @tp: core: %NULL if this kernel has no such tracepoint
 */
struct skbtrace_hook {
	const char		*tracepoint;
	void			*probe;
	void			*metered;
	const char		*without;
	const char		*older;
	struct tracepoint	*tp;
};

/*
 * A hook called NAME, its probe checked against the tracepoint when compiled.
 * SKBTRACE_DEFINE_PROBE() defines PROBE, and metered_PROBE with the same type.
 */
#define SKBTRACE_HOOK_(NAME, TRACEPOINT, PROBE, METERED, WITHOUT, OLDER) \
	struct skbtrace_hook NAME = {					\
		.tracepoint	= __stringify(TRACEPOINT),		\
		.probe		= PROBE,				\
		.metered	= METERED,				\
		.without	= WITHOUT,				\
		.older		= OLDER,				\
	};								\
	static_assert(__same_type(check_trace_callback_type_##TRACEPOINT, \
				  void (typeof(PROBE) *)),		\
		      "tracepoint " __stringify(TRACEPOINT)		\
		      " of this kernel has other arguments than skbtrace knows")
#define SKBTRACE_HOOK(NAME, TRACEPOINT, PROBE)				\
	SKBTRACE_HOOK_(NAME, TRACEPOINT, PROBE, metered_##PROBE, NULL, NULL)
#define SKBTRACE_HOOK_OPTIONAL(NAME, TRACEPOINT, PROBE, WITHOUT)	\
	SKBTRACE_HOOK_(NAME, TRACEPOINT, PROBE, metered_##PROBE, WITHOUT, NULL)

enum skbtrace_kind { SKBTRACE_META, SKBTRACE_CONN, SKBTRACE_PACKET };

enum skbtrace_role {
	SKBTRACE_ROLE_EVENT,
	SKBTRACE_ROLE_CONN,	/* names the connection of the block's key */
	SKBTRACE_ROLE_TASK,	/* names a tgid */
	SKBTRACE_ROLE_SYMBOL,	/* names a code address */
};

/* Options of an event, apart from stack, skip= and only= */
#define SKBTRACE_OPT_MARK	1	/* sk_mark= */
#define SKBTRACE_OPT_SAMPLE	2	/* sample= */
#define SKBTRACE_OPT_EVERY	4	/* every=, applied by the probe */
#define SKBTRACE_OPT_HIST	8	/* hist, the same; see @follow */
#define SKBTRACE_OPT_CAPTURE	16	/* capture=, the same */
#define SKBTRACE_OPT_PAYLOAD	32	/* payload=: skbtrace_begin_packet() */
#define SKBTRACE_OPTS_PICK	(SKBTRACE_OPT_MARK | SKBTRACE_OPT_SAMPLE)

/*
 * skbtrace_slot.staged: decided by the fields; or always held back; or no event
 * is written, but the packet captured
 */
enum { SKBTRACE_STAGED = 1, SKBTRACE_IN_LOG, SKBTRACE_CAPTURED };

struct skbtrace_inference;

/**
 * struct skbtrace_event - an event
 * @name: never changes once released
 * @nr: its number, < %SKBTRACE_FIRST_SPECIAL or core's own
 * @len: bytes of its block, header included
 * @kind: meaning of hdr.key: a socket cookie, a packet id, nothing
 * @role: what its blocks name, if they do
 * @important: may use the part of the buffer that is reserved for names
 * @urgent: who sends events sends it before others that tell of trouble
 * @stability: Stable, Evolving or Private
 * @sets: sets of the command line that it is in, separated by ':', or %NULL
 * @help: when it fires
 * @read: how to read it
 * @example: a command line
 * @select: field that skip= and only= look at (unit enum:...), or %NULL
 * @select2: a second one, for skbtrace_wants2(), or %NULL; it shares no word
 *	with @select
 * @range: field, of at most 32 bits and always valid, whose value the probe
 *	gives to skbtrace_in_range(), or %NULL
 * @ranges: or of any other field of 32 bits, that which skbtrace_slot.ranged
 *	says
 * @early: field: when when= asks for it, or for one of 16 or 32 bits behind
 *	it, the probe computes that first, so that what is refused costs little;
 *	or %NULL. What passes is asked again by the whole condition.
 * @follow: field that is known only if marks are followed, like those after it,
 *	or %NULL
 * @waits: field whose words say what bytes of the first stage waited for, or
 *	%NULL
 * @opts: %SKBTRACE_OPT_*. skbtrace_begin_sk() obeys those of connections,
 *	them; the probe of a packet event does by skbtrace_picks()
 * @states: it uses skbtrace_state_get()
 * @conds: its probes evaluate when= themselves, before there is a block:
 *	skbtrace_cond_wants()
 * @set_opts: its options when it is enabled by a set, or %NULL
 * @syms: words of its own fields, up to an entry without a name, or %NULL;
 *	those of several events are in skbtrace_proto.syms
 * @fields: its fields
 * @nr_fields: how many
 * @hooks: %NULL-terminated; attached while the event is on
 * @inferred: the fallback if these are missing, or %NULL
 * @named_by: for connection events: the event that names the connection
 * @fill: for events that name a connection: fills in its block, before the
 *	first event of the connection; the socket may be a minisocket
 * @end: called when a connection ends: writes what is pending and frees its
 *	state; or %NULL
 * @slot: core
 * @flow_off: core: where the tuple is in its blocks, 0: nowhere
 * @sk_off: core: where the cookie is in blocks about packets, 0: nowhere
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
	bool				urgent;
	const char			*stability;
	const char			*sets;
	const char			*help;
	const char			*read;
	const char			*example;
	const char			*select;
	const char			*select2;
	const char			*range;
	bool				ranges;
	const char			*early;
	const char			*follow;
	const char			*waits;
	u8				opts;
	bool				states;
	bool				conds;
	const char			*set_opts;
	const struct skbtrace_syms	*syms;
	const struct skbtrace_field	*fields;
	unsigned int			nr_fields;
	struct skbtrace_hook		*const *hooks;
	struct skbtrace_inference	*inferred;
	struct skbtrace_event		*named_by;
	void				(*fill)(void *block, struct sock *sk);
	void				(*end)(struct skbtrace_session *s,
					       struct sock *sk);
	u16				slot;
	u16				flow_off;
	u16				sk_off;
	u64				first;
	const struct skbtrace_proto	*proto;
};

/**
 * struct skbtrace_inference - the inferred form of an event
 * @how: what it is inferred from, and what is missed
 * @hooks: %NULL-terminated; attached instead of, or beside, the event's own
 * @states: its probes use skbtrace_state_get_inferred()
 * @ev: core: the event that the probes of @hooks pass to skbtrace_begin(); its
 *	blocks are marked %SKBTRACE_BLOCK_INFERRED
 */
struct skbtrace_inference {
	const char			*how;
	struct skbtrace_hook		*const *hooks;
	bool				states;
	struct skbtrace_event		ev;
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

/* Defines module_init() and module_exit() of a module that only registers. */
#define module_skbtrace_proto(PROTO)					\
	module_driver(PROTO, skbtrace_register_proto,			\
		      skbtrace_unregister_proto)

/* so that the first use of an event loads its module */
#define MODULE_ALIAS_SKBTRACE_EVENT(name)				\
	MODULE_ALIAS("skbtrace-event-" __stringify(name))
#define MODULE_ALIAS_SKBTRACE_PROTO(name)				\
	MODULE_ALIAS("skbtrace-proto-" __stringify(name))

#endif /* _LINUX_SKBTRACE_EVENT_H */
