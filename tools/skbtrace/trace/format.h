/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The "format" text: the events and the layout of their blocks. Everything
 * about events comes from it; nothing is compiled in.
 */
#ifndef SKBTRACE_FORMAT_H
#define SKBTRACE_FORMAT_H

#include "lib/util.h"

enum field_type {
	FT_U8, FT_U16, FT_U32, FT_U64, FT_S8, FT_S16, FT_S32, FT_S64,
	FT_ADDR, FT_STR,
};

enum field_unit {
	UNIT_NONE, UNIT_US, UNIT_NS, UNIT_BYTES, UNIT_PACKETS, UNIT_SEGS,
	UNIT_BPS, UNIT_ENUM, UNIT_FLAGS, UNIT_SK, UNIT_PKT, UNIT_SYM,
	UNIT_PORT, UNIT_SSEQ, UNIT_RSEQ, UNIT_DSEQ, UNIT_HEX,
};

#define FF_BRIEF	0x01	/* text prints it without -v */
#define FF_NA		0x02	/* all ones: not valid */
#define FF_INF		0x04	/* all ones: infinite */
#define FF_WHOLE	0x08	/* a duration in whole milliseconds */
#define FF_TUPLE	0x10	/* part of the connection's name */
#define FF_SET		0x20	/* text prints it if it is not 0 */

struct sym {
	u64 val;
	const char *word;
	u32 len;
};

struct symtab {
	const char *name;
	u32 n;
	struct sym *v;		/* sorted by value */
	u32 ndense;		/* v[i].val == i for i < ndense */
};

struct field {
	const char *name;
	const char *text_name;	/* without the suffix of its unit */
	const char *help;
	const char *unit_text;	/* as the format says it */
	const struct symtab *syms;
	u16 off;		/* from the start of the block */
	u16 size;
	u8 type;		/* enum field_type */
	u8 unit;		/* enum field_unit */
	u8 flags;		/* FF_* */
	bool spare;		/* padding: nobody wants to see it */
};

enum event_role { ROLE_EVENT, ROLE_CONN, ROLE_TASK, ROLE_SYMBOL };
enum event_key { KEY_NONE, KEY_SK, KEY_PKT };
enum event_state { STATE_EXACT, STATE_INFERRED, STATE_UNAVAILABLE };

struct event {
	const char *name, *module, *kind, *stability, *sets, *selector, *opts;
	const char *set_opts;	/* for who chooses it through a set */
	const char *help, *read, *example;	/* "" if not told */
	const char *why;	/* it is not exact on this kernel */
	const char *how;	/* it is, or could be, inferred */
	const char *state_text;
	u32 index;		/* in format->events */
	u16 no;
	u16 len;
	u8 role, key, state;
	u32 nfields;
	struct field *fields;
	/* the fields that say whose event it is; NULL if there are none */
	const struct field *local, *lport, *peer, *pport, *sk, *dir, *proto;
	/* local etc. on the other side of NAT; nat_pport: all are there */
	const struct field *nat_local, *nat_lport, *nat_peer, *nat_pport;
	s32 dir_tx;		/* value of dir that means sent */
	s32 dir_rx;
	s32 dir_fwd;		/* on its way from local to peer */
};

/*
 * Names what an id in other events stands for. It is counted separately, and
 * shown as part of those.
 */
static inline bool event_is_name(const struct event *e)
{
	return e->role == ROLE_TASK || e->role == ROLE_SYMBOL;
}

struct format {
	bool big;		/* byte order of the data */
	u32 subbuf_size;	/* 0: not told */
	const char *kernel;
	const char *absent;	/* modules that could not be loaded; "" */
	u32 nevents;
	struct event *events;	/* in the order of the text */
	u32 nsyms;
	struct symtab *syms;
	u16 *by_no;		/* 65536 indexes + 1, 0: no such event */
	char *strings;		/* what the names point into */
	char *text;		/* as it came, to see that two are the same */
	u32 text_len;
	struct format *next;	/* for their owner */
	void *user;		/* for who prints it */
};

/* NULL, and what is wrong in @err ("line 12: ..."). */
struct format *format_parse(const char *text, size_t len, char *err,
			    size_t errlen);
void format_free(struct format *f);

static inline const struct event *format_event(const struct format *f, u16 no)
{
	u16 i = f->by_no[no];

	return i ? &f->events[i - 1] : NULL;
}

const struct event *format_find(const struct format *f, const char *name);
const struct field *event_field(const struct event *e, const char *name);

/* Finds them, once the fields are known; of who parses a format. */
void event_owner(struct event *e);

/* Not shown as a field: part of CONN, "sk", or padding. */
bool field_hidden(const struct event *e, const struct field *f);
/* What stands before the name of @f in JSON: "" or "tcp_", "field_". */
const char *field_prefix(const struct field *f);

/* NULL if the value has no word. */
const struct sym *symtab_search(const struct symtab *t, u64 val);

static inline const struct sym *symtab_find(const struct symtab *t, u64 val)
{
	return val < t->ndense ? &t->v[val] : symtab_search(t, val);
}

/* Is @word an item of the colon separated @list? */
bool list_has(const char *list, const char *word);

#endif
