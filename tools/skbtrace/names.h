/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is who: connections by cookie, programs by tgid, code addresses by id.
 * A trace tells each name in a block of its own before it is used.
 */
#ifndef SKBTRACE_NAMES_H
#define SKBTRACE_NAMES_H

#include "decode.h"

/* Without padding, as it is a key. */
struct addr_pair {
	u8 local[16], peer[16];
	u16 lport, pport;
};

bool addr_pair_equal(const struct addr_pair *a, const struct addr_pair *b);
void addr_pair_swap(struct addr_pair *to, const struct addr_pair *from);

enum { CONN_TEXT = 112 };	/* two v6 tuples, '>', brackets, NUL */

struct conn {
	u64 cookie;
	struct addr_pair a;
	u32 snd_base, rcv_base;
	bool has_snd_base, has_rcv_base;
	bool ended;		/* its last keyframe was seen */
	u16 text_len, json_len;
	char chars[];		/* local>peer, then put_conn_json()'s */
};

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

/* NULL if it was not told. */
struct conn *names_conn(struct names *n, u64 cookie);
/*
 * The connection with these addresses and ports, whichever end @a calls local;
 * *@swapped: the connection's own end is the peer of @a. NULL if none is known,
 * or @a has no ports.
 */
struct conn *names_tuple(struct names *n, const struct addr_pair *a,
			 bool *swapped);
const struct task *names_task(struct names *n, u32 tgid);
const struct symbol *names_symbol(struct names *n, u64 id);

/* The tuple a block holds itself; false if it holds none. */
bool rec_tuple(const struct rec *r, struct addr_pair *a);

/* The connection a block is about: its key, or its field sk; 0 if none. */
u64 rec_cookie(const struct rec *r);

/* "10.0.2.1:37846>[2001:db8::1]:443"; returns the length. */
int tuple_text(char buf[CONN_TEXT], const struct addr_pair *a);

enum { CONN_JSON = 256 };

/*
 * "sk":"1003","local":"10.0.2.1","lport":37846,"peer":..., for an object. At
 * most CONN_JSON bytes; @a may be NULL. Returns the new end.
 */
char *put_conn_json(char *p, u64 cookie, const struct addr_pair *a);
int addr_text(char buf[48], const u8 addr[16]);
bool addr_is_zero(const u8 addr[16]);

/*
 * Up to @max bytes of @s, ending at a NUL, so that they stand in a line
 * without blanks or control characters ("\x20"). Needs 4 * max + 1 bytes.
 */
int escape_text(char *out, const u8 *s, size_t max);

#endif
