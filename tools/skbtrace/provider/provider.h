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
	BY_SEGMENT,		/* the same, of TCP */
	BY_DATAGRAM,		/* udp_send, udp_receive */
	BY_STATE,		/* tcp_connection, icsk_connection */
	BY_RESET,		/* tcp_reset */
};

/* Fields of an event that something is made of; NULL: it has none such. */
struct cols {
	const struct field *proto, *dir, *id, *seq, *len, *ifindex, *ttl, *tos;
	const struct field *forwarded, *old, *state, *err;
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
	struct addr_pair a;
};

/* What @r holds; its probe is to be set, and tried. */
void firing_set(struct firing *f, struct trace *t, const struct rec *r,
		const struct cols *c);

enum had { HAD_EXACT, HAD_INFERRED, HAD_NOT };

struct member {
	const char *name;
	const char *type;
	void (*get)(const struct firing *f, struct value *v);
	u8 exact, inferred;	/* 1 << enum carrier; the others have it not */
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
	enum carrier by;
	const struct info *args[MAX_ARGS];	/* NULL: void */
	u8 nargs;
	bool tx;		/* sent, where its events have no dir */
	bool (*fires)(const struct firing *f);	/* NULL: always */
	enum had had;
	const char *how;	/* it is inferred, or why it is not there */
};

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

/* How @m is had in @p. */
enum had member_had(const struct probe *p, const struct member *m);
const struct member *info_member(const struct info *i, const char *name);

/* What a script may name: TH_SYN, TCP_STATE_LISTEN, IPPROTO_TCP. */
bool constant_find(const char *name, s64 *v);
/* tcp_state_string[@state]; "" if there is no such state. */
const char *tcp_state_text(s64 state);

#endif
