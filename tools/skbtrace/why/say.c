// SPDX-License-Identifier: GPL-2.0
/* The words of a verdict. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "why/why.h"

const char *const sure_words[] = {
	[SURE_NO] = "cannot say", [SURE_LIKELY] = "likely",
	[SURE_CERTAIN] = "certain",
};

/* Values in one sentence, at most. */
enum { SLOTS = 12, SLOT = 80 };

static char *slot(void)
{
	static char slots[SLOTS][SLOT];
	static u32 next;

	return slots[next++ % SLOTS];
}

const char *say_us(u64 us)
{
	char *s = slot();

	if (us >= 1000000)
		snprintf(s, SLOT, "%.2fs", us / 1e6);
	else if (us >= 10000)
		snprintf(s, SLOT, "%llums", (unsigned long long)us / 1000);
	else
		snprintf(s, SLOT, "%.1fms", us / 1e3);
	return s;
}

const char *say_bytes(u64 bytes)
{
	char *s = slot();

	if (bytes >= 10000000)
		snprintf(s, SLOT, "%.0f MB", bytes / 1e6);
	else if (bytes >= 1000000)
		snprintf(s, SLOT, "%.1f MB", bytes / 1e6);
	else if (bytes >= 10000)
		snprintf(s, SLOT, "%.0f kB", bytes / 1e3);
	else
		snprintf(s, SLOT, "%llu byte%s", (unsigned long long)bytes,
			 bytes == 1 ? "" : "s");
	return s;
}

const char *say_n(u64 n, const char *what)
{
	char *s = slot();

	snprintf(s, SLOT, "%llu %s%s", (unsigned long long)n, what,
		 n == 1 ? "" : "s");
	return s;
}

static void vsay(char *to, size_t size, const char *fmt, va_list ap)
{
	size_t n = strlen(to);

	vsnprintf(to + n, size - n, fmt, ap);
}

void say(struct verdict *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
}

void say_next(struct verdict *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(v->next, sizeof(v->next), fmt, ap);
	va_end(ap);
}

void say_likely(struct verdict *v, const char *why)
{
	v->sure = SURE_LIKELY;
	snprintf(v->because, sizeof(v->because), "%s", why);
}

void prove(struct verdict *v, const struct seen *s)
{
	for (u32 i = 0; i < v->nproofs; i++)
		if (v->proof[i] == s)
			return;
	if (s && v->nproofs < WHY_PROOFS)
		v->proof[v->nproofs++] = s;
}

void prove_all(struct verdict *v, const struct facts *f, enum fact what,
	       const char *word)
{
	const struct seen *s = NULL;

	while ((s = facts_next(f, s, what, word)))
		prove(v, s);
}
