/* SPDX-License-Identifier: GPL-2.0 */
/* Connections, as users name them: --conn. */
#ifndef SKBTRACE_CONNS_H
#define SKBTRACE_CONNS_H

#include "trace/names.h"

struct conn_end {
	u8 addr[16];
	u16 port;
	bool any_addr, any_port;
};

struct conn_name {
	u64 cookie;		/* 0: by address */
	bool both_ends;		/* LOCAL>PEER, not one end */
	struct conn_end end[2];
};

struct conns {
	u32 n;
	struct conn_name *v;
	char *text;		/* as they were typed */
};

/*
 * A comma list is added; 0, or an exit code after a message. As an option's
 * handler.
 */
int conns_parse(const char *list, void *conns);
void conns_free(struct conns *c);

/* Is one of them the connection with this cookie or, unless NULL, tuple? */
bool conns_have(const struct conns *c, u64 cookie, const struct addr_pair *a);

/* Are some named by their addresses? */
bool conns_by_address(const struct conns *c);

#endif
