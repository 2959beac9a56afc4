/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a connection is slow, or ended. Rules examine its row of the summary and
 * its facts; the rule that explains most of its life is the verdict. All rules
 * stand in one table (table.c), each with its sentence, test and next step. A
 * rule knows nothing of the others.
 */
#ifndef SKBTRACE_WHY_H
#define SKBTRACE_WHY_H

#include "conn/summary.h"
#include "segment/segments.h"
#include "trace/printer.h"

struct json;

enum sure { SURE_NO, SURE_LIKELY, SURE_CERTAIN };
extern const char *const sure_words[];

/* The kind of rule, in the order in which an operator wants them. */
enum rule_kind {
	RULE_FATE,		/* never established, or ended by force */
	RULE_HELD,		/* something took part of its life */
	RULE_NATURE,		/* so does what it is, if nothing is wrong */
	RULE_UNKNOWN,		/* cannot say: events are missing */
	RULE_HEALTHY,		/* nobody's fault */
};

static inline bool rule_has_share(enum rule_kind kind)
{
	return kind == RULE_HELD || kind == RULE_NATURE;
}

/* Of a group only the first rule that applies counts; of GROUP_OWN all do. */
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

/* A connection, as rules see it. */
struct view {
	const struct why *w;
	const struct row *r;
	const struct row *peer;	/* its other end, NULL: not in the recording */
	const struct row *listener;	/* of a passive open, or NULL */
	u64 life;		/* us */
	u32 nparts;
	struct held_part part[MAX_PARTS];
};

/* It needs all of its events, or that there are none: none may be lost. */
#define NEEDS_WHOLE	0x80000000u

struct rule {
	const char *name;
	enum rule_kind kind;
	enum rule_group group;
	u32 needs;		/* 1 << enum source, NEEDS_WHOLE */
	/*
	 * Fills in @v's time, text and proofs; false: the rule does not apply.
	 */
	bool (*test)(const struct view *c, struct verdict *v);
	const char *meaning;
	const char *next;	/* what to type; NULL: the test sets it */
};

extern const struct rule rules[];
extern const u32 nrules;
/* What is said of one that cannot be judged */
const struct rule *rule_unknown(void);

/* Rules that apply to a connection, at most; the first is the verdict. */
enum { MAX_VERDICTS = 3 };

struct case_file {
	const struct row *row;
	const struct row *peer;
	u32 n;
	struct verdict v[MAX_VERDICTS];
};

/*
 * Kept of each connection, since there may be many; the rest is computed again.
 */
struct found {
	const struct row *row;
	const struct rule *rule;	/* of its verdict, NULL: none */
	u64 us;
};

struct why {
	const struct summary *s;
	const struct segments *segments;	/* NULL: nobody joins them */
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

/* order.c: all connections, the worst first, in *@found; free() it. */
u32 why_find(const struct why *w, struct found **found);

/* Connections without trouble, by rule. */
struct tally {
	u32 n;
	const struct row *one;	/* of them */
};

/* @of has an element for each rule, all 0. Returns how many are healthy. */
u32 why_tally(const struct found *f, u32 n, struct tally *of);

/* Prints what makes all verdicts less certain, a sentence each. */
struct doubts {
	u32 n;
	char text[5][SHEDS_TEXT + 80];
};

void why_doubts(const struct why *w, struct doubts *d);

/* ---- for rules ---- */

/*
 * say.c: durations and sizes as text, in a buffer that the next sentence
 * reuses.
 */
const char *say_us(u64 us);
const char *say_bytes(u64 bytes);
/* "1 SYN", "3 SYNs" */
const char *say_n(u64 n, const char *what);
void say(struct verdict *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void say_next(struct verdict *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The verdict is only likely, because... */
void say_likely(struct verdict *v, const char *why);
/* Adds events that show it. */
void prove(struct verdict *v, const struct seen *s);
void prove_all(struct verdict *v, const struct facts *f, enum fact what,
	       const char *word);

/* part.c: the time that @word held it back. */
u64 part_us(const struct view *c, const char *word);
/* And the other end. */
u64 peer_part_us(const struct view *c, const char *word);

/* The average RTT, with delayed ACKs; 0: not known. */
u64 mean_rtt(const struct view *c);
/*
 * The peer's window is shut, or its program reads more slowly than it allows.
 */
bool peer_is_slow(const struct view *c);
/* Does it ask, and the other end answer? The client asks, as far as known. */
bool is_asking(const struct view *c);
/*
 * The average time of its bytes in the transmit ring, if that explains most of
 * its RTT above the minimum; else 0.
 */
u64 ring_us(const struct view *c);
/* Retransmitted segments without SYNs, of both ends as far as known. */
u64 segs_again(const struct row *r);
u64 both_again(const struct view *c);
/*
 * Does it fill a queue on the path, for which a buffer of @bytes is ample? At
 * the least RTT half of that would do.
 */
bool fills_queue(const struct view *c, u64 bytes);
/* RTT samples far above the minimum, else NULL. */
const struct seen *longer_rtts(const struct view *c);
/* A queue needs more than the two segments of a delayed ACK. */
bool can_queue(const struct view *c);
/* The time that the peer's program took, of the waits for answers. */
u64 thinking_us(const struct view *c);
/* The time spent in queues of the path, of the waits for answers. */
u64 queued_us(const struct view *c);

/* Its own host refused the last data it had to send. */
bool own_refused_all(const struct view *c);

/* place.c: which drops count, and where they happened. */
enum place {
	PLACE_OWN,		/* this end's host, on the way out */
	PLACE_NEXT,		/* behind a veth, in another namespace */
	PLACE_ROUTER,		/* a recorded namespace on the path */
	PLACE_PEER,		/* the other end's host, on the way in */
	PLACE_PEER_OUT,		/* the other end's host, on the way out */
	PLACE_BACK,		/* this end's host, on the way in */
};

struct lost_at {
	const struct seen *worst;	/* the worst drop; NULL: none */
	enum place place;
	u64 segs;		/* of all drops */
	u64 here;		/* of those like the worst */
};

/* At least one for each event */
u64 drop_segs(const struct seen *d);
/* Of what @c sent. */
void find_drops(const struct view *c, struct lost_at *l);
/*
 * Is @d, among what is told of @told, about segments that the other end sent,
 * on their way? They are told of the end that they reach if its socket was
 * looked up early, or the other end is not in the recording.
 */
bool is_answer_drop(const struct view *c, const struct row *told,
		    const struct seen *d);
/* What the other end refused for it was overtaken, if any */
const struct seen *find_late(const struct view *c);
/* All of these, where they are told of the other end */
void find_answer_drops(const struct view *c, struct lost_at *l);
/* The other end is a request socket, which this end's SYN made. */
bool peer_is_request(const struct view *c);
/* "a netfilter rule (NETFILTER_DROP)", in a buffer such as say_us()'s. */
const char *say_reason(const struct seen *drop);
const char *say_place(const struct lost_at *l);
/* What to look at. */
const char *next_of_drop(const struct seen *drop);
/* No loss: a duplicate, or a segment that ended a connection. */
bool drop_is_harmless(const char *reason);

/* rules_*.c */
typedef bool rule_test(const struct view *c, struct verdict *v);

rule_test never_refused, never_dropped, never_queue_full, never_old_socket,
	  never_unreachable, never_silent;
rule_test late_answer;
rule_test end_unread, end_reset_received, end_reset_sent, end_timeout,
	  end_unaccepted, end_other;
rule_test listener_full;
rule_test options_stripped, options_ecn, options_unscaled;
rule_test loss_half_open, loss_acks, loss_answers, loss_reordered, loss_mtu,
	  loss_blackout, loss_dropped, loss_path;
rule_test peer_shut, peer_small, peer_thinks, peer_ping_pong;
rule_test own_nagle, own_sndbuf, own_queue, own_ring, own_pacing,
	  own_restart, own_corked, own_refused, own_memory, own_starved,
	  own_clamped, own_backlog, own_input;
rule_test path_queue, path_marks;
rule_test unknown_held, fine_receiver, fine_unanswered, fine_program,
	  fine_start, fine_path, fine_short;

/* Prints verdicts on what @s has collected, as summary_print() prints rows. */
void why_summary(struct summary *s, const struct segments *segments,
		 struct printer *p,
		 const struct trace *traces, u64 last, u64 to, u32 top);

/* Prints the rules. */
void why_rules(void);

/* print.c: prints one, and those without trouble together. */
void why_text_case(const struct why *w, struct printer *p, const struct row *r);
void why_text_healthy(const struct why *w, struct printer *p,
		      const struct found *f, u32 n);
/* print.c, json.c: prints @top of those in trouble, the worst first; 0: all. */
void why_print(const struct why *w, struct printer *p, u32 top);
void why_json(const struct why *w, struct printer *p, const struct found *f,
	      u32 n);
/* One of them, as an object. */
void why_json_case(const struct why *w, struct json *j, const char *key,
		   const struct case_file *c);

#endif
