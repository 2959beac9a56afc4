// SPDX-License-Identifier: GPL-2.0
/* Pieces of a connection's bytes against a table of single bytes. TAP. */
#include "segment/pieces.h"
#include "tests/tap.h"

enum { BYTES = 200 };

static u64 rng = 1;

static u32 next(u32 below)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (rng >> 33) % below;
}

/* When each byte has passed each of two places; 0: there is none */
struct oracle {
	bool there[BYTES];
	u64 at[2][BYTES];
};

static void both(struct pieces *p, struct oracle *o, u32 base, u64 now)
{
	u32 from = next(BYTES), len = 1 + next(BYTES - from), place = next(2);
	bool make = next(2);
	struct piece_span s;

	s = pieces_span(p, base + from, base + from + len, make);
	for (u32 i = s.from; i < s.to; i++)
		p->v[i].at[place] = now;
	for (u32 i = from; i < from + len; i++) {
		o->there[i] = o->there[i] || make;
		if (o->there[i])
			o->at[place][i] = now;
	}
}

static bool same(const struct pieces *p, const struct oracle *o, u32 base)
{
	u32 seen = 0, want = 0;

	for (u32 i = 0; i < BYTES; i++)
		want += o->there[i];
	for (u32 i = 0; i < p->n; i++) {
		const struct piece *x = &p->v[p->first + i];

		if (!seq_before(x->seq, x->end) ||
		    (i && seq_before(x->seq, x[-1].end)))
			return false;
		for (u32 b = x->seq - base; b != x->end - base; b++, seen++)
			if (b >= BYTES || !o->there[b] ||
			    o->at[0][b] != x->at[0] || o->at[1][b] != x->at[1])
				return false;
	}
	return seen == want;
}

/* The first pieces are given up, and the same bytes come again. */
static void drop_some(struct pieces *p, struct oracle *o, u32 base)
{
	u32 some = p->n ? next(p->n + 1) : 0;
	u32 end = some ? p->v[p->first + some - 1].end - base : 0;

	pieces_drop(p, some);
	for (u32 i = 0; i < end; i++) {
		o->there[i] = false;
		o->at[0][i] = 0;
		o->at[1][i] = 0;
	}
}

int main(void)
{
	bool ok = true;

	for (u32 round = 0; ok && round < 2000; round++) {
		u32 base = round % 2 ? next(1U << 31) : 0U - next(BYTES);
		struct oracle o = { 0 };
		struct pieces p = { 0 };

		for (u32 i = 1; ok && i < 40; i++) {
			both(&p, &o, base, i);
			if (!next(8))
				drop_some(&p, &o, base);
			ok = same(&p, &o, base);
		}
		pieces_free(&p);
	}
	result(ok, "pieces are what their bytes are");
	printf("1..%d\n", n);
	return failed;
}
