// SPDX-License-Identifier: GPL-2.0
/* Replacements of names. */
#include <stdio.h>
#include <string.h>

#include "rewrite/anon.h"

static void digest(struct anon *a, const char *s, size_t n,
		   u8 out[SHA256_DIGEST_SIZE])
{
	hmac_sha256_update(&a->names, n, (const u8 *)s);
	hmac_sha256_digest(&a->names, SHA256_DIGEST_SIZE, out);
}

void anon_name(struct anon *a, const char *s, size_t n, char out[ANON_NAME])
{
	u8 d[SHA256_DIGEST_SIZE];

	digest(a, s, n, d);
	snprintf(out, ANON_NAME, "anon-%02x%02x%02x%02x%02x", d[0], d[1], d[2],
		 d[3], d[4]);
}

void anon_field(struct anon *a, const u8 *s, u8 *out, size_t len)
{
	size_t n = strnlen((const char *)s, len), m;
	char name[ANON_NAME];

	if (!n)
		return;
	anon_name(a, (const char *)s, n, name);
	m = strlen(name);
	memcpy(out, name, m < len ? m : len);
}

char *anon_uuid(struct anon *a, const char *s)
{
	u8 d[SHA256_DIGEST_SIZE];

	digest(a, s, strcspn(s, "\n"), d);
	return xasprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x\n",
			 d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8],
			 d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
}
