// SPDX-License-Identifier: GPL-2.0
/* Subroutines: check_call.c has checked the types of their arguments. */
#include <arpa/inet.h>
#include <byteswap.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "d/func.h"
#include "d/run.h"
#include "lib/addr.h"

struct call {
	struct run *r;
	const struct expr *e;
	u32 n;
	struct value v[MAX_PARAMS];
};

static struct value number(s64 i)
{
	return (struct value){ .i = i, .s = "" };
}

/* Room for a string of @len bytes; NULL: a fault */
static char *space(const struct call *c, u32 len)
{
	char *p = scratch_get(&c->r->scratch, len);

	if (!p)
		fault(c->r, c->e, "out of scratch space");
	return p;
}

static struct value string(const struct call *c, const char *s, u32 len)
{
	char *p = space(c, len);

	if (!p)
		return number(0);
	memcpy(p, s, len);	/* cppcheck-suppress uninitvar */
	return (struct value){ .s = p, .len = len };
}

static struct value join(const struct call *c)
{
	u32 len = c->v[0].len + c->v[1].len;
	char *p = space(c, len);

	if (!p)
		return number(0);
	memcpy(p, c->v[0].s, c->v[0].len);
	memcpy(p + c->v[0].len, c->v[1].s, c->v[1].len);
	return (struct value){ .s = p, .len = len };
}

/* As in perl: a negative place counts from the end, a negative length, too. */
static struct value sub(const struct call *c)
{
	s64 len = c->v[0].len, at = c->v[1].i, n = c->n > 2 ? c->v[2].i : len;

	if (at < 0)
		at = at < -len ? 0 : at + len;
	if (at > len)
		at = len;
	if (n < 0)
		n = n < -(len - at) ? 0 : n + len - at;
	if (n > len - at)
		n = len - at;
	return (struct value){ .s = c->v[0].s + at, .len = n };
}

static struct value find(const struct call *c)
{
	s64 at = c->n > 2 ? c->v[2].i : 0, len = c->v[0].len;
	const char *p;

	at = at < 0 ? 0 : at > len ? len : at;
	p = memmem(c->v[0].s + at, len - at, c->v[1].s, c->v[1].len);
	return number(p ? p - c->v[0].s : -1);
}

static struct value find_last(const struct call *c)
{
	s64 at = (s64)c->v[0].len - c->v[1].len;

	while (at >= 0 && memcmp(c->v[0].s + at, c->v[1].s, c->v[1].len))
		at--;
	return number(at < 0 ? -1 : at);
}

static struct value rest_from(const struct call *c)
{
	s64 at = find(c).i;

	return at < 0 ? number(0) :
	       (struct value){ .s = c->v[0].s + at, .len = c->v[0].len - at };
}

static struct value change_case(const struct call *c, int (*change)(int))
{
	struct value v = string(c, c->v[0].s, c->v[0].len);
	char *p = (char *)v.s;

	for (u32 i = 0; i < v.len; i++)
		p[i] = change((u8)p[i]);
	return v;
}

static struct value to_text(const struct call *c)
{
	s64 base = c->n > 1 ? c->v[1].i : 10;
	u64 v = c->v[0].i;
	bool minus = base == 10 && c->v[0].i < 0;
	char buf[72], *p = buf + sizeof(buf);

	if (base < 2 || base > 36) {
		fault(c->r, c->e, "no such base");
		return number(0);
	}
	if (minus)
		v = -v;
	do {
		*--p = "0123456789abcdefghijklmnopqrstuvwxyz"[v % base];
	} while (v /= base);
	if (base == 16) {
		*--p = 'x';
		*--p = '0';
	} else if (base == 8 && *p != '0') {
		*--p = '0';
	}
	if (minus)
		*--p = '-';
	return string(c, p, buf + sizeof(buf) - p);
}

static struct value to_number(const struct call *c)
{
	s64 base = c->n > 1 ? c->v[1].i : 10;
	char buf[72];
	u32 len = c->v[0].len < sizeof(buf) - 1 ? c->v[0].len :
						  sizeof(buf) - 1;

	if (base < 2 || base > 36) {
		fault(c->r, c->e, "no such base");
		return number(0);
	}
	memcpy(buf, c->v[0].s, len);
	buf[len] = '\0';
	return number(strtoll(buf, NULL, base));
}

/* Of 4 or 16 bytes, in the order of the network */
static struct value address(const struct call *c, const struct value *v,
			    u32 size)
{
	u8 a[16] = { [10] = 0xff, [11] = 0xff };
	u32 raw = v->i;
	char buf[48];

	if (size == 4)
		memcpy(a + 12, &raw, 4);
	else
		memcpy(a, v->s, 16);
	return string(c, buf, addr_text(buf, a));
}

static struct value any_address(const struct call *c)
{
	u32 size = c->e->list->next->type.size;

	if (c->v[0].i != (size == 4 ? AF_INET : AF_INET6)) {
		fault(c->r, c->e, "the address is of another family");
		return number(0);
	}
	return address(c, &c->v[1], size);
}

static struct value call(const struct call *c)
{
	switch (c->e->func->id) {
	case FN_STRLEN:
		return number(c->v[0].len);
	case FN_STRJOIN:
		return join(c);
	case FN_SUBSTR:
		return sub(c);
	case FN_INDEX:
		return find(c);
	case FN_RINDEX:
		return find_last(c);
	case FN_STRSTR:
		return rest_from(c);
	case FN_TOUPPER:
		return change_case(c, toupper);
	case FN_TOLOWER:
		return change_case(c, tolower);
	case FN_LLTOSTR:
		return to_text(c);
	case FN_STRTOLL:
		return to_number(c);
	case FN_SWAP16:
		return number(ntohs(c->v[0].i));
	case FN_SWAP32:
		return number(ntohl(c->v[0].i));
	case FN_SWAP64:
		return number(ntohl(1) == 1 ? c->v[0].i :
					      (s64)bswap_64(c->v[0].i));
	case FN_INET_NTOA:
		return address(c, &c->v[0], 4);
	case FN_INET_NTOA6:
		return address(c, &c->v[0], 16);
	case FN_INET_NTOP:
		return any_address(c);
	default:
		return number(0);
	}
}

struct value eval_call(struct run *r, const struct expr *e,
		       const struct value *v, u32 n)
{
	struct call c = { .r = r, .e = e, .n = n };

	memcpy(c.v, v, n * sizeof(*v));
	return call(&c);
}
