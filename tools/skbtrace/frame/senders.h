/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who sends frames: a sender for each host and run of a session. One is begun
 * when its FORMAT and an INFO are whole; what came of it before is kept until
 * then. All is limited, whatever frames claim.
 */
#ifndef SKBTRACE_FRAME_SENDERS_H
#define SKBTRACE_FRAME_SENDERS_H

#include "frame/offset.h"
#include "frame/rebuild.h"
#include "frame/source.h"
#include "frame/text.h"
#include "lib/hash.h"

enum {
	SENDERS_MAX	= 512,		/* at a time */
	SENDERS_EARLY	= 8 << 20,	/* bytes kept of one not begun */
	SENDERS_ALL_EARLY = 64 << 20,	/* of all */
	SENDERS_COOKIE	= 24,		/* of our probes */
};

/* So long after its first frame we say that FORMAT or INFO is missing. */
#define SENDERS_WAIT_NS		(5 * NSEC_PER_SEC)
/*
 * Heard nothing for so long: its recording is finished, as it is; one that is
 * finished may be forgotten.
 */
#define SENDERS_GONE_NS		(60 * NSEC_PER_SEC)

enum sender_state {
	SENDER_WAITS,		/* for FORMAT and INFO */
	SENDER_RUNS,
	SENDER_REFUSED,		/* not wanted, or it failed */
	SENDER_ENDED,
};

struct early;

struct sender {
	u64 host, session;	/* first: the key */
	enum sender_state state;
	bool told;		/* that it waits for long */
	bool sent;		/* it has sent blocks, or says so */
	bool whole;		/* it ended in order */
	u64 first_ns, last_ns;	/* when frames came */
	u64 frames;
	struct text format, info;
	char *format_text;	/* in force */
	struct account account;	/* of the last INFO before it began */
	struct frame first;	/* clocks of its first frame */
	struct early *early, **early_end;
	size_t early_bytes;
	struct rebuild r;
	u64 events;		/* once it has ended */
	struct offset offset;
	void *priv;		/* of who takes it */
	struct sender *next;	/* in the order in which they came */
};

struct senders_ops {
	/* Where its data go; NULL: nowhere, it has been told why. */
	struct sink *(*begin)(void *arg, struct sender *s);
	/* s->format_text is another one. 0 or an error, as a sink's. */
	int (*format)(void *arg, struct sender *s);
	/* s->whole: in order. */
	void (*end)(void *arg, struct sender *s);
	/* It is over, and forgotten, as others come; may be NULL. */
	void (*leave)(void *arg, struct sender *s);
};

struct senders {
	const struct senders_ops *ops;
	void *arg;
	struct hash by_key;
	struct sender *first, **end;
	u32 n, running;
	u64 tag;		/* of our probes */
	size_t early_bytes;
	u64 frames, faults[FRAME_FAULTS], too_many;
	u64 again, overlaps;	/* frames of who has left */
	u32 left;		/* recordings that are over, and forgotten */
	u32 waits, idle;	/* senders that were told of, as such */
	bool told_many;
	int err;		/* of a sink: nothing more is taken */
};

void senders_init(struct senders *s, const struct senders_ops *ops, void *arg);

/*
 * A frame that came; @now: when, on any clock that all calls share. @live: it
 * came just now, so that it says something of clocks.
 */
void senders_take(struct senders *s, const struct arrival *a, u64 now,
		  bool live);
/* Now and then. */
void senders_tick(struct senders *s, u64 now);
/* Pass on what there is. */
void senders_flush(struct senders *s);
/* No more comes. */
void senders_end(struct senders *s);
void senders_free(struct senders *s);

/* What a probe that is sent now carries: SENDERS_COOKIE bytes. */
void senders_cookie(const struct senders *s, u8 *to);

#endif
