// SPDX-License-Identifier: GPL-2.0
/* The stack of an event, as words. */
#include "lib/json_put.h"
#include "show/evprint.h"

enum { LOOK = 6 };		/* limit of skbtrace's own frames */

static const char *name_of(const struct rec *r, struct names *n, u32 i)
{
	const struct symbol *s = names_symbol(n, rec_stack(r, i));

	return s ? s->name : "";
}

static bool of_skbtrace(const char *name)
{
	return strstr(name, "[skbtrace");
}

/* "tcp_rttm_probe+0x12": is it a probe? */
static bool is_probe(const char *name)
{
	static const char end[] = "_probe";
	size_t n = strcspn(name, "+");

	return n >= sizeof(end) - 1 &&
	       !memcmp(name + n - (sizeof(end) - 1), end, sizeof(end) - 1);
}

/*
 * Finds the first frame that is not skbtrace's own. If skbtrace is built in,
 * its functions have no module name, so look for the probe, and for the glue of
 * tracepoints below it.
 */
u32 stack_skip(const struct rec *r, struct names *n)
{
	u32 i;

	for (i = 0; i < r->depth && i < LOOK; i++) {
		const char *name = name_of(r, n, i);

		if (of_skbtrace(name) || is_probe(name))
			break;
	}
	if (i == r->depth || i == LOOK)
		return 0;
	for (i++; i < r->depth; i++) {
		const char *name = name_of(r, n, i);

		if (!of_skbtrace(name) && strncmp(name, "__traceiter_", 12))
			break;
	}
	return i;
}

u32 stack_max(const struct rec *r)
{
	return 32 + r->depth * (MAX_SYMBOL + sizeof("\"\","));
}

char *put_stack_text(char *p, const struct rec *r, struct names *n)
{
	u32 from = stack_skip(r, n);

	p = put_lit(p, " stack=");
	if (from == r->depth)
		*p++ = '-';
	for (u32 i = from; i < r->depth; i++) {
		const struct symbol *s = names_symbol(n, rec_stack(r, i));

		if (i > from)
			p = put_lit(p, "<-");
		p = s ? put_mem(p, s->name, s->len) : put_char(p, '?');
	}
	return p;
}

char *put_stack_json(char *p, const struct rec *r, struct names *n)
{
	u32 from = stack_skip(r, n);

	p = jput_open(jput_key(p, "stack"), '[');
	for (u32 i = from; i < r->depth; i++) {
		const struct symbol *s = names_symbol(n, rec_stack(r, i));

		p = s ? jput_word(p, s->name, s->len) : jput_null(p);
	}
	return jput_close(p, ']');
}
