/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Maps addresses by Crypto-PAn (Xu, Fan, Ammar, Moon 2002), which preserves
 * common prefixes. The class of an address is kept: see the table.
 */
#ifndef SKBTRACE_REWRITE_ANON_ADDR_H
#define SKBTRACE_REWRITE_ANON_ADDR_H

#include <nettle/aes.h>

#include "lib/hash.h"
#include "rewrite/anon_key.h"

struct anon_addr {
	struct aes128_ctx aes;
	u8 pad[AES_BLOCK_SIZE];
	struct hash done;	/* what has been asked for */
};

void anon_addr_init(struct anon_addr *a, const u8 key[ANON_KEY]);
void anon_addr_free(struct anon_addr *a);

/* In network byte order; IPv4 as ::ffff:a.b.c.d. */
void anon_addr(struct anon_addr *a, u8 addr[16]);

#endif
