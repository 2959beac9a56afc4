/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a connection is slow, or ended: rules look at its row of the summary and
 * at its facts, and the one that explains most of its life is the verdict. A
 * rule stands in one table (table.c), with its sentence, its test and the next
 * step; it knows nothing of other rules.
 */
#ifndef SKBTRACE_WHY_H
#define SKBTRACE_WHY_H

#include "summary.h"

enum sure { SURE_NO, SURE_LIKELY, SURE_CERTAIN };
extern const char *const sure_words[];

/* Which kind of rule; the order is that of what an operator wants first. */
enum rule_kind {
	RULE_FATE,		/* never established, or ended by force */
	RULE_HELD,		/* something took a part of its life */
	RULE_UNKNOWN,		/* cannot say, for want of events */
	RULE_HEALTHY,		/* nobody's fault */
};

/* Of one group the first rule that applies speaks, but of GROUP_OWN all do. */
enum rule_group {
	GROUP_OWN, GROUP_FATE, GROUP_LOSS, GROUP_WINDOW, GROUP_NR
};

enum { WHY_TEXT = 400, WHY_NEXT = 240, WHY_PROOFS = 4 };

struct verdict {
	const struct rule *rule;
	u64 us;			/* of its life */
	enum sure sure;
	char text[WHY_TEXT];	/* the sentence */
	char because[WHY_TEXT];	/* why not certain; "" */
	char next[WHY_NEXT];
	u32 nproofs;
	const struct seen *proof[WHY_PROOFS];
};

/* One connection as a rule sees it. */
struct view {
	const struct why *w;
	const struct row *r;
	const struct row *peer;	/* its other end, NULL: not in the recording */
	u64 life;		/* us */
	u32 nparts;
	struct held_part part[MAX_PARTS];
};

struct rule {
	const char *name;
	enum rule_kind kind;
	enum rule_group group;
	u32 needs;		/* 1 << enum source */
	/* Fills @v's time, text and proofs; false: it is not that. */
	bool (*test)(const struct view *c, struct verdict *v);
	const char *meaning;
	const char *next;	/* what to type; NULL: the test says */
};

extern const struct rule rules[];
extern const u32 nrules;

/* As many for a connection; the first is the verdict. */
enum { MAX_VERDICTS = 3 };

struct case_file {
	const struct row *row;
	const struct row *peer;
	u32 n;
	struct verdict v[MAX_VERDICTS];
};

/* What is kept of each, since there may be many: the rest is found again. */
struct found {
	const struct row *row;
	const struct rule *rule;	/* of its verdict, NULL: none */
	u64 us;
};

struct why {
	const struct summary *s;
	const struct trace *traces;
	bool recorded[SRC_NR];
	struct row **row;	/* all, by tuple */
	u32 nrows;
};

/* verdict.c; @s is closed. */
void why_open(struct why *w, const struct summary *s,
	      const struct trace *traces, const bool recorded[SRC_NR]);
void why_close(struct why *w);
void why_judge(const struct why *w, const struct row *r, struct case_file *f);
static inline bool why_trouble(const struct found *f)
{
	return f->rule && f->rule->kind < RULE_UNKNOWN;
}

/* ---- for rules ---- */

/* say.c: durations and sizes for the eye, in a buffer that lasts a sentence. */
const char *say_us(u64 us);
const char *say_bytes(u64 bytes);
/* "1 SYN", "3 SYNs" */
const char *say_n(u64 n, const char *what);
void say(struct verdict *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void say_next(struct verdict *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Only likely, because... */
void say_likely(struct verdict *v, const char *why);
/* Events that show it. */
void prove(struct verdict *v, const struct seen *s);
void prove_all(struct verdict *v, const struct facts *f, enum fact what,
	       const char *word);

/* part.c: time of its life that @word held it back. */
u64 part_us(const struct view *c, const char *word);

/* place.c: drops that count, and where they happened. */
enum place {
	PLACE_OWN,		/* this end's host, on the way out */
	PLACE_NEXT,		/* behind a veth, in a namespace of it */
	PLACE_ROUTER,		/* a namespace of the recording in between */
	PLACE_PEER,		/* the other end's host, on the way in */
	PLACE_BACK,		/* this end's host, what came in */
};

struct lost_at {
	const struct seen *worst;	/* of most segments; NULL: none */
	enum place place;
	u64 segs;		/* of all that were dropped */
	u64 here;		/* of them like the worst */
};

/* Of what @c sent. */
void find_drops(const struct view *c, struct lost_at *l);
/* "a netfilter rule (NETFILTER_DROP)", in a buffer as say_us()'s. */
const char *say_reason(const struct seen *drop);
const char *say_place(const struct lost_at *l);
/* What to look at. */
const char *next_of_drop(const struct seen *drop);
/* It is no loss: what was had, or a segment that ended something. */
bool drop_is_harmless(const char *reason);

/* rules_*.c */
typedef bool rule_test(const struct view *c, struct verdict *v);

rule_test never_refused, never_dropped, never_queue_full, never_old_socket,
	  never_unreachable, never_silent;
rule_test late_answer;
rule_test end_unread, end_reset_received, end_reset_sent, end_timeout,
	  end_unaccepted, end_other;
rule_test listener_full;
rule_test loss_acks, loss_reordered, loss_mtu, loss_blackout, loss_dropped,
	  loss_path;
rule_test peer_shut, peer_small, peer_thinks, peer_ping_pong;
rule_test own_nagle, own_sndbuf, own_queue, own_pacing, own_refused,
	  own_memory;
rule_test path_queue;
rule_test unknown_held, fine_receiver, fine_program, fine_start, fine_path,
	  fine_short;

/* Verdicts on what @s has collected, as summary_print() prints its rows. */
void why_summary(struct summary *s, struct printer *p,
		 const struct trace *traces, u64 last, u64 to, u32 top);

/* What rules there are, on stdout. */
void why_rules(void);

/* print.c, json.c; the worst first, @top of those in trouble, 0: all. */
void why_print(const struct why *w, struct printer *p, u32 top);
void why_json(const struct why *w, struct printer *p, const struct found *f,
	      u32 n);

#endif
