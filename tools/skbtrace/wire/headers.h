/* SPDX-License-Identifier: GPL-2.0 */
/* The headers of a captured packet. */
#ifndef SKBTRACE_WIRE_HEADERS_H
#define SKBTRACE_WIRE_HEADERS_H

#include "wire/packets.h"

/*
 * Addresses and ports of the sender as "local", and what @k says of its
 * payload. False: no TCP or UDP, or not all of the headers are there.
 */
bool headers_read(u32 linktype, const u8 *data, u32 len, u32 wire_len,
		  struct addr_pair *a, struct packet *k);

#endif
