/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stable providers ip, tcp and udp: which probes there are, what their
 * arguments hold, and from which event of a recording each comes. One event can
 * be several probes: TCP that IP sends is ip:::send and tcp:::send.
 */
#ifndef SKBTRACE_PROVIDER_H
#define SKBTRACE_PROVIDER_H

#include "provider/type.h"
#include "trace/trace.h"

/* Kinds of events that probes are made of; a bit each in a member's masks. */
enum carrier {
	BY_IP,			/* ip_send, ip_receive */
	BY_SEGMENT,		/* tcp_send, tcp_receive */
	BY_DATAGRAM,		/* udp_send, udp_receive */
	BY_STATE,		/* tcp_connection, tcp_state, icsk_connection */
	BY_RESET,		/* tcp_reset */
};

/*
 * Fields of events that something is made of. Their names are those of the
 * events, so that a condition on one can be left to the kernel.
 */
#define PROVIDER_COLS(C)						\
	C(proto) C(dir) C(id) C(seq) C(len) C(ifindex) C(ttl) C(tos)	\
	C(forwarded) C(old) C(state) C(err) C(next) C(plen) C(flow)	\
	C(iplen) C(frag) C(checksum) C(hlen) C(flags) C(ack) C(window)	\
	C(urgent) C(how) C(snd_wscale) C(rcv_wscale) C(snd_una)		\
	C(snd_base) C(rcv_base)						\
	C(snd_nxt) C(rcv_nxt) C(snd_wnd) C(rcv_wnd) C(snd_cwnd)		\
	C(snd_ssthresh) C(mss) C(rto_us) C(srtt_us) C(mdev_us)		\
	C(lport) C(pport) C(dev)

#define PROVIDER_COL(name)	COL_##name,
enum col { COL_NONE, PROVIDER_COLS(PROVIDER_COL) NR_COLS };

const char *col_name(enum col c);

struct cols {
	const struct field *f[NR_COLS];	/* NULL: it has none such */
	s64 again;		/* value of "how" of a retransmission, or -1 */
};

void cols_fill(struct cols *c, const struct event *e);

struct probe;

/* A probe fires. */
struct firing {
	const struct probe *probe;
	struct trace *t;
	const struct rec *r;	/* NULL: of no event, as BEGIN */
	const struct cols *cols;
	struct scratch *scratch;
	bool has_tuple, is_v6, tx;
	bool entering;		/* SYN_RECEIVED, which no event tells */
	struct addr_pair a;
};

/* The field of an event, or 0 if it has it not, or it is not valid. */
u64 firing_col(const struct firing *f, enum col c);
bool firing_has(const struct firing *f, enum col c);

/* What @r holds; its probe is to be set, and tried. */
void firing_set(struct firing *f, struct trace *t, const struct rec *r,
		const struct cols *c);

enum had { HAD_EXACT, HAD_INFERRED, HAD_NOT };

struct member {
	const char *name;
	const char *type;
	void (*get)(const struct firing *f, struct value *v);
	u8 col;			/* @get NULL: the value of this enum col */
	u8 exact, inferred;	/* 1 << enum carrier; the others have it not */
	u8 whole;		/* of them: those that only probe.whole has */
	const char *note;	/* how it is inferred, what differs; or NULL */
};

struct info {
	const char *name;	/* "ipinfo_t" */
	u32 n;
	const struct member *members;
	bool (*there)(const struct firing *f);	/* else NULL; none: always */
};

extern const struct info info_pkt, info_cs, info_ip, info_if, info_ip4,
			 info_ip6, info_tcps, info_tcpls, info_tcp,
			 info_udps, info_udp;

enum { MAX_ARGS = 6, MAX_MADE_OF = 2 };

struct probe {
	const char *provider, *module, *name;
	const char *event[MAX_MADE_OF];	/* its parts, its "function" */
	const char *whole;	/* has more than event[0]; or NULL */
	enum carrier by;
	const struct info *args[MAX_ARGS];	/* NULL: void */
	u8 nargs;
	bool tx;		/* sent, where its events have no dir */
	u8 from, to;		/* of a change of state; @to 0: any event */
	int err;		/* and what the socket then has; 0: whatever */
	bool (*fires)(const struct firing *f);	/* NULL: always */
	enum had had;
	const char *how;	/* it is inferred, or why it is not there */
};

/* Of no event: BEGIN, tick-N */
static inline bool probe_is_own(const struct probe *p)
{
	return !p->nargs && p->had != HAD_NOT;
}

/* By number, as "list -l" and DTrace's output say it: from 1 on. */
extern const struct probe probes[];
extern const u32 nr_probes;

/* "PROVIDER:MODULE:FUNCTION:NAME", each a glob or "", leading ones left out. */
struct probe_spec {
	char part[4][64];
};

/* False: too many parts, or too long ones. */
bool probe_spec_parse(const char *text, size_t len, struct probe_spec *s);
bool probe_matches(const struct probe *p, const struct probe_spec *s);

/*
 * Those with events that "PROVIDER:::NAME" stands for, where events are named.
 * 0, or an exit code after a message: there is none.
 */
int probe_each(const char *text,
	       void (*fn)(void *arg, const struct probe *p), void *arg);
/* Is @event one of those that @p is made of, or that has more? */
bool probe_made_of(const struct probe *p, const char *event);
/* The event that says the same as @event and more, or NULL */
const char *event_whole(const char *event);
/* The @i-th, NULL: no more; @whole: if there is one that has more, that */
const char *probe_event(const struct probe *p, u32 i, bool whole);

/* Does @f->probe fire? */
bool probe_fires(const struct firing *f);
/*
 * The condition on its event that a kernel can decide, as "when=" takes it, ""
 * if there is none. It is what probe_fires() asks, or less. Returns @buf.
 */
enum { PROBE_WHEN = 96 };
char *probe_when(char buf[PROBE_WHEN], const struct probe *p);

void member_get(const struct member *m, const struct firing *f,
		struct value *v);
/*
 * The field of @p's event whose value @m is, as it stands there, and 0 if it is
 * not valid; NULL: it is not that simple.
 */
const char *member_field(const struct probe *p, const struct member *m);
/* Is that field valid in each of these events? */
bool member_always(const struct member *m);
/* The condition for a value other than 0, if that is not a field; or NULL. */
const char *member_truth(const struct probe *p, const struct member *m);

/* How @m is had in @p. */
enum had member_had(const struct probe *p, const struct member *m);
/* Only @p->whole has it. */
bool member_whole(const struct probe *p, const struct member *m);
const struct member *info_member(const struct info *i, const char *name);

/* What a script may name: TH_SYN, TCP_STATE_LISTEN, IPPROTO_TCP. */
bool constant_find(const char *name, s64 *v);
/* tcp_state_string[@state]; "" if there is no such state. */
const char *tcp_state_text(s64 state);

#endif
