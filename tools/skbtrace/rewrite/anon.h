/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replaces identifying data. The same key gives the same results. Texts that
 * are not known to be harmless are removed.
 */
#ifndef SKBTRACE_REWRITE_ANON_H
#define SKBTRACE_REWRITE_ANON_H

#include <nettle/hmac.h>

#include "rewrite/anon_addr.h"
#include "rewrite/vocabulary.h"
#include "trace/trace.h"

struct anon {
	struct anon_addr addr;
	struct hmac_sha256_ctx names;
	char *host;			/* to be replaced wherever it stands */
	struct vocabulary words;	/* those that stay */
	u64 left_out;			/* texts */
};

void anon_init(struct anon *a, const u8 key[ANON_KEY]);
void anon_free(struct anon *a);

/* anon_name.c. "anon-" and some digits, for @n bytes of @s. */
enum { ANON_NAME = 16 };
void anon_name(struct anon *a, const char *s, size_t n, char out[ANON_NAME]);
/* As long as @len: of a field. */
void anon_field(struct anon *a, const u8 *s, u8 *out, size_t len);
/* The id of a boot: a UUID. */
char *anon_uuid(struct anon *a, const char *s);

/* anon_text.c. A new text, to be freed: without addresses, the host, paths. */
char *anon_plain(struct anon *a, const char *text);
/* Nor names of devices, where tc and ethtool have them. */
char *anon_devices(struct anon *a, const char *text);
/* Nor any word that is not one of ours. */
char *anon_words(struct anon *a, const char *text);

/* As ops of job.h; the argument is a struct anon. */
void anon_block(void *anon, const struct rec *r, u8 *block);
char *anon_meta(void *anon, const struct trace *t, const char *name,
		const char *text);
char *anon_format(void *anon, const char *text);

#endif
