// SPDX-License-Identifier: GPL-2.0
#include "frame/share.h"

/* @a * @b / @c, @b <= @c: no product of numbers of this size may wrap */
static u64 part(u64 a, u64 b, u64 c)
{
	return (unsigned __int128)a * b / c;
}

void share_kinds(struct rebuild_kind *k, u32 nk, u64 n, u64 left,
		 struct build_kind *to)
{
	u64 given = 0;

	for (u32 i = 0; i < nk; i++) {
		to[i] = (struct build_kind){
			k[i].event, left ? part(k[i].missing, n, left) : 0
		};
		k[i].missing -= to[i].n;
		given += to[i].n;
	}
	/* rounding has left some over, at most one of each kind */
	for (u32 i = 0; i < nk && given < n; i++) {
		if (!k[i].missing)
			continue;
		k[i].missing--;
		to[i].n++;
		given++;
	}
}
