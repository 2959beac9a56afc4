// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "provider/when.h"

/* One of several that are joined by "||"; false: there is no more. */
static bool next_of(const char **p, const char **from, int *len)
{
	const char *end;

	if (!*p)
		return false;
	*from = *p;
	end = strstr(*p, "||");
	*len = end ? (int)(end - *p) : (int)strlen(*p);
	*p = end ? end + 2 : NULL;
	return true;
}

static bool has(const char *when, const char *one, int len)
{
	const char *from;
	int n;

	while (next_of(&when, &from, &n))
		if (n == len && !memcmp(from, one, len))
			return true;
	return false;
}

static char *add(char *all, const char *a, int alen, const char *b, int blen)
{
	const char *both = alen && blen ? "&&" : "";
	char *one = xasprintf("%.*s%s%.*s", alen, a, both, blen, b), *longer;

	if (!all)
		return one;
	longer = has(all, one, strlen(one)) ? xstrdup(all) :
					      xasprintf("%s||%s", all, one);
	free(one);
	free(all);
	return longer;
}

/* There are no parentheses: each alternative of one with each of the other */
char *when_and(const char *a, const char *b)
{
	const char *p = a, *x, *y;
	char *all = NULL;
	int xlen, ylen;

	while (next_of(&p, &x, &xlen)) {
		const char *q = b;

		while (next_of(&q, &y, &ylen))
			all = add(all, x, xlen, y, ylen);
	}
	return all;
}

char *when_or(const char *a, const char *b)
{
	const char *p = b, *x;
	char *all;
	int len;

	if (!*a || !*b)
		return xstrdup("");
	all = xstrdup(a);
	while (next_of(&p, &x, &len))
		all = add(all, x, len, "", 0);
	return all;
}

u32 when_terms(const char *when)
{
	u32 n = !!*when;

	for (; *when; when++)
		n += (when[0] == '&' && when[1] == '&') ||
		     (when[0] == '|' && when[1] == '|');
	return n;
}
