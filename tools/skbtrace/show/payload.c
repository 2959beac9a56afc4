// SPDX-License-Identifier: GPL-2.0
/* The first bytes of a packet, as text and JSON. */
#include "lib/json_put.h"
#include "show/evprint.h"

u32 payload_max(const struct rec *r)
{
	return 64 + 2 * r->payload_len;
}

static char *put_bytes(char *p, const struct rec *r)
{
	static const char digits[] = "0123456789abcdef";

	for (u32 i = 0; i < r->payload_len; i++) {
		*p++ = digits[r->payload[i] >> 4];
		*p++ = digits[r->payload[i] & 15];
	}
	return p;
}

/* How many they are; -v: what they are. */
char *put_payload_text(char *p, const struct rec *r, bool verbose)
{
	p = put_u64(put_lit(p, " payload="), r->payload_len);
	if (!verbose)
		return p;
	p = put_u64(put_lit(p, " payload_of="), r->payload_of);
	return put_bytes(put_lit(p, " bytes="), r);
}

char *put_payload_json(char *p, const struct rec *r)
{
	if (!r->payload_len)
		return put_lit(p, "\"payload\":null,\"payload_of\":null,");
	p = put_lit(put_bytes(put_lit(p, "\"payload\":\""), r), "\",");
	return jput_u64(jput_key(p, "payload_of"), r->payload_of);
}
