/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names: connections by cookie, programs by tgid, code addresses by id. A
 * naming block precedes the first use of a name.
 */
#ifndef SKBTRACE_NAMES_H
#define SKBTRACE_NAMES_H

#include "lib/addr.h"
#include "lib/put.h"
#include "trace/decode.h"

struct conn {
	u64 cookie;
	struct addr_pair a;
	u32 snd_base, rcv_base;
	bool has_snd_base, has_rcv_base;
	bool ended;		/* its last keyframe was seen */
	u16 text_len, line_len, json_len;
	char chars[];		/* as line_len says, then put_conn_json()'s */
};

/*
 * In chars: local>peer, text_len bytes of it; then blanks up to CONN_PAD, and
 * " sk=1003": line_len bytes are what a line of text has in its column CONN.
 */
enum { CONN_PAD = 39 };

/* " sk=1003" if there is a cookie. */
static inline char *put_cookie(char *p, u64 cookie)
{
	return cookie ? put_hex(put_lit(p, " sk="), cookie) : p;
}

enum { MAX_COMM = 16, MAX_SYMBOL = 64 };

struct task {
	u64 tgid;
	u8 text_len, json_len;
	char text[4 * MAX_COMM + 1];	/* comm, escaped */
	char json[6 * MAX_COMM + 1];
};

struct symbol {
	u64 id;
	u32 len;
	char name[];		/* clean, good inside a JSON string too; NUL */
};

struct names;

struct names *names_new(void);
void names_free(struct names *n);

/* A naming block (role conn, task, symbol); others are ignored. */
void names_learn(struct names *n, const struct rec *r);

/* NULL if it has not been named. */
struct conn *names_conn(struct names *n, u64 cookie);
/*
 * The connection with these addresses and ports, whichever end @a calls local;
 * *@swapped: the connection's own end is the peer of @a. NULL if none is known,
 * or @a has no ports.
 */
struct conn *names_tuple(struct names *n, const struct addr_pair *a,
			 bool *swapped);
enum { PACKET_ENDS = 4 };

struct packet_end {
	struct conn *conn;
	bool swapped;		/* as in names_tuple() */
};

/*
 * The connections at both ends of a packet, by its addresses and by those on
 * the other side of NAT. Returns how many of them are known.
 */
u32 names_ends(struct names *n, const struct rec *r,
	       struct packet_end e[PACKET_ENDS]);
/* The first of them, or NULL, and *@swapped is as it was. */
struct conn *names_packet(struct names *n, const struct rec *r, bool *swapped);
const struct task *names_task(struct names *n, u32 tgid);
const struct symbol *names_symbol(struct names *n, u64 id);

/* The tuple a block holds itself; false if it holds none. */
bool rec_tuple(const struct rec *r, struct addr_pair *a);

/* The tuple on the other side of NAT, with ports; false if there is none. */
bool rec_nat(const struct rec *r, struct addr_pair *a);

/* The connection a block is about: its key, or its field sk; 0 if none. */
u64 rec_cookie(const struct rec *r);

/* The tuple of a block, else of its connection; false if neither is known. */
bool names_tuple_of(struct names *n, const struct rec *r, struct addr_pair *a);

enum { CONN_JSON = 256 };

/*
 * "sk":"1003","local":"10.0.2.1","lport":37846,"peer":..., for an object. At
 * most CONN_JSON bytes; @a may be NULL. Returns the new end.
 */
char *put_conn_json(char *p, u64 cookie, const struct addr_pair *a);

#endif
