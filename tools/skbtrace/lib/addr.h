/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and tuples: parse and print. */
#ifndef SKBTRACE_ADDR_H
#define SKBTRACE_ADDR_H

#include "lib/util.h"

/* Returns the length. */
int addr_text(char buf[48], const u8 addr[16]);
/* IPv4 becomes v4-mapped, as in blocks; false: not an address. */
bool addr_parse(u8 addr[16], const char *s);
bool addr_is_zero(const u8 addr[16]);

/* A key of hash tables, so without padding. */
struct addr_pair {
	u8 local[16], peer[16];
	u16 lport, pport;
};

bool addr_pair_equal(const struct addr_pair *a, const struct addr_pair *b);
void addr_pair_swap(struct addr_pair *to, const struct addr_pair *from);
void addr_pair_turn(struct addr_pair *a);

enum { CONN_TEXT = 112 };	/* two v6 tuples, '>', brackets, NUL */

/* "10.0.2.1:37846>[2001:db8::1]:443"; returns the length. */
int tuple_text(char buf[CONN_TEXT], const struct addr_pair *a);

#endif
