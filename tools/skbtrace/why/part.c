// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "why/why.h"

u64 part_us(const struct view *c, const char *word)
{
	for (u32 i = 0; i < c->nparts; i++)
		if (!strcmp(c->part[i].word, word))
			return c->part[i].us;
	return 0;
}
