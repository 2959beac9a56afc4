// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "show/evprint.h"

u32 field_max(const struct field *f)
{
	u32 n = 96;

	if (f->type == FT_STR)
		return n + 6 * f->size;
	for (u32 i = 0; f->unit == UNIT_FLAGS && i < f->syms->n; i++)
		n += f->syms->v[i].len + 3;
	return n;
}

void op_init(struct op *op, const struct field *f)
{
	op->f = f;
	op->off = f->off;
	op->plain = f->type == FT_U32;
	op->if_set = f->flags & FF_SET;
	op->may_none = f->flags & (FF_NA | FF_INF);
	op->none = ~0ULL;
	if (!field_signed(f) && f->size < 8)
		op->none = (1ULL << (8 * f->size)) - 1;
}

void evprint_free(struct evprint *ep)
{
	free(ep);
}
