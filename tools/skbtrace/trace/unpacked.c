// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "trace/unpacked.h"

enum { MAX_BYTES = 32 << 20 };

static struct unpacked *all;		/* the last one used first */
static u64 bytes;

static struct unpacked *take_out(struct unpacked **p)
{
	struct unpacked *u = *p;

	*p = u->next;
	return u;
}

static struct unpacked *use(struct unpacked *u)
{
	u->next = all;
	all = u;
	u->users++;
	return u;
}

static void drop(struct unpacked **p)
{
	struct unpacked *u = take_out(p);

	bytes -= u->len;
	free(u->p);
	free(u);
}

/* Drops the least recently used one without users. */
static bool drop_one(void)
{
	struct unpacked **found = NULL;

	for (struct unpacked **p = &all; *p; p = &(*p)->next)
		if (!(*p)->users)
			found = p;
	if (found)
		drop(found);
	return found;
}

struct unpacked *unpacked_get(const void *owner, u32 nr)
{
	for (struct unpacked **p = &all; *p; p = &(*p)->next)
		if ((*p)->owner == owner && (*p)->nr == nr)
			return use(take_out(p));
	return NULL;
}

struct unpacked *unpacked_add(const void *owner, u32 nr, u8 *p, u32 len)
{
	struct unpacked *u = xcalloc(1, sizeof(*u));

	*u = (struct unpacked){ .owner = owner, .nr = nr, .p = p, .len = len };
	while (bytes + len > MAX_BYTES && drop_one())
		;
	bytes += len;
	return use(u);
}

void unpacked_put(struct unpacked *u)
{
	if (u)
		u->users--;
}

void unpacked_forget(const void *owner)
{
	for (struct unpacked **p = &all; *p;) {
		if ((*p)->owner == owner)
			drop(p);
		else
			p = &(*p)->next;
	}
}
