// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rewrite/anon.h"

void anon_init(struct anon *a, const u8 key[ANON_KEY])
{
	*a = (struct anon){};
	anon_addr_init(&a->addr, key);
	hmac_sha256_set_key(&a->names, ANON_KEY, key);
}

void anon_free(struct anon *a)
{
	anon_addr_free(&a->addr);
	vocabulary_free(&a->words);
	free(a->host);
	explicit_bzero(a, sizeof(*a));
}

/* ---- blocks ---- */

/* Strings that are words of the kernel. */
static bool is_word(const struct event *e, const struct field *f)
{
	return e->role == ROLE_SYMBOL ? !strcmp(f->name, "name") :
	       e->role == ROLE_CONN && !strcmp(f->name, "ca");
}

/* With the rest of the headers, which stays, it would tell the addresses. */
static bool is_of_addresses(const struct field *f)
{
	return !strcmp(f->name, "checksum");
}

static void put_field(struct anon *a, const struct rec *r,
		      const struct field *f, u8 *block)
{
	const u8 *from = r->p + f->off;
	u8 *to = block + f->off;

	if (is_of_addresses(f))
		return;
	if (f->type == FT_STR && !is_word(r->ev, f)) {
		anon_field(a, from, to, f->size);
		return;
	}
	memcpy(to, from, f->type == FT_STR ?
	       strnlen((const char *)from, f->size) : f->size);
	if (f->type == FT_ADDR)
		anon_addr(&a->addr, to);
}

static u32 known_len(const struct rec *r)
{
	if (r->no == SKBTRACE_LOST)
		return sizeof(struct skbtrace_lost) +
		       r->nr_kinds * sizeof(struct skbtrace_lost_kind);
	return r->no == SKBTRACE_SHED ? sizeof(struct skbtrace_shed) :
					sizeof(struct skbtrace_block);
}

/* Clear the gaps between fields, and after them: bytes of packets, too. */
void anon_block(void *anon, const struct rec *r, u8 *block)
{
	const u32 len = known_len(r);

	memset(block + len, 0, r->len - len);
	memset(block + offsetof(struct skbtrace_block, spare), 0, sizeof(u16));
	block[offsetof(struct skbtrace_block, flags)] &=
		~SKBTRACE_BLOCK_PAYLOAD;
	if (!r->ev)
		return;
	for (u32 i = 0; i < r->ev->nfields; i++)
		if (rec_has(r, &r->ev->fields[i]) && !r->ev->fields[i].spare)
			put_field(anon, r, &r->ev->fields[i], block);
	if (r->has_stack)
		memcpy(block + r->ev->len, r->p + r->ev->len,
		       sizeof(struct skbtrace_stack) + r->depth * sizeof(u64));
}

/* ---- texts ---- */

static char *host(struct anon *a, const char *text)
{
	char name[ANON_NAME];
	size_t n = strcspn(text, "\n");

	free(a->host);
	a->host = xasprintf("%.*s", (int)n, text);
	anon_name(a, text, n, name);
	return xasprintf("%s\n", name);
}

/* META written by record and cut. */
static const struct {
	const char *name;
	char *(*text)(struct anon *a, const char *text);
} metas[] = {
	{ "start",	anon_plain },
	{ "clock",	anon_plain },
	{ "cpus",	anon_plain },
	{ TRACE_RANGE,	anon_plain },
	{ "hostname",	host },
	{ "boot_id",	anon_uuid },
	{ "events",	anon_plain },
	{ "hold",	anon_plain },
	{ "uname",	anon_plain },
	{ "module",	anon_plain },
	{ "sysctls",	anon_plain },
	{ "qdiscs",	anon_devices },
	{ "offloads",	anon_devices },
	{ "snapshot",	anon_plain },
	{ "cmdline",	anon_words },
	{ "filters",	anon_words },
	{ "cut",	anon_words },
};

char *anon_meta(void *anon, const struct trace *t, const char *name,
		const char *text)
{
	struct anon *a = anon;

	vocabulary_take(&a->words, t->fmt);
	for (size_t i = 0; i < ARRAY_SIZE(metas); i++)
		if (!strcmp(metas[i].name, name))
			return metas[i].text(a, text);
	a->left_out++;
	return NULL;
}

static bool is_help(const char *line)
{
	static const char *const words[] = {
		" help ", " read ", " example ", " why ", " how ", " without ",
		"absent ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strncmp(line, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Help may name a file, where a program's own probes are described. */
char *anon_format(void *anon, const char *text)
{
	struct anon *a = anon;
	char *all, *line, *new;
	size_t n;
	FILE *f = open_memstream(&all, &n);

	/* The vocabulary grows by the words of the format. */
	vocabulary_free(&a->words);
	for (; f && *text; text += n) {
		n = strcspn(text, "\n");
		n += text[n] == '\n';
		line = xasprintf("%.*s", (int)n, text);
		new = is_help(line) ? anon_plain(a, line) : xstrdup(line);
		fputs(new, f);
		free(line);
		free(new);
	}
	if (!f || fclose(f))
		exit(fail(EXIT_FAILED, "out of memory"));
	return all;
}
