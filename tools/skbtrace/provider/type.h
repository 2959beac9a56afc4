/* SPDX-License-Identifier: GPL-2.0 */
/* Types of D and values of them, as arguments of probes and D programs have. */
#ifndef SKBTRACE_TYPE_H
#define SKBTRACE_TYPE_H

#include "lib/util.h"

enum kind {
	KIND_VOID,
	KIND_INT,
	KIND_STRING,
	KIND_INFO,		/* a pointer to a structure of args[] */
	KIND_ADDR,		/* of IPv6, or a pointer to any */
};

struct info;

struct type {
	u8 kind;
	u8 size;		/* bytes: KIND_INT 1 2 4 8, KIND_ADDR 4 16 */
	bool is_signed;
	bool pointer;		/* KIND_ADDR: as inet_ntoa() takes it */
	const struct info *info;
};

#define TYPE_VOID	((struct type){ .kind = KIND_VOID })
#define TYPE_STRING	((struct type){ .kind = KIND_STRING })
#define TYPE_INT(n, s)	((struct type){ .kind = KIND_INT, .size = (n), \
					.is_signed = (s) })

/*
 * @i: of integers and of pointers, 0: NULL. @s: @len bytes, not ended by a NUL,
 * that stay where they are until the probe has been dealt with.
 */
struct value {
	s64 i;
	const char *s;
	u32 len;
};

/* False: no type has that name, "uint32_t", "string". */
bool type_find(const char *name, size_t len, struct type *t);

enum { TYPE_TEXT = 48 };

/* As messages name it: "string", "int64_t", "ipinfo_t *". Returns @buf. */
char *type_text(char buf[TYPE_TEXT], const struct type *t);

/* Strings that are made while a probe is dealt with. */
enum { SCRATCH_SIZE = 64 << 10 };

struct scratch {
	u32 used;
	char mem[SCRATCH_SIZE];
};

/* NULL: it is full. */
static inline char *scratch_get(struct scratch *s, u32 n)
{
	char *p = s->mem + s->used;

	if (n > SCRATCH_SIZE - s->used)
		return NULL;
	s->used += n;
	return p;
}

#endif
