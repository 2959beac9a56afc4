// SPDX-License-Identifier: GPL-2.0
/*
 * Are two programs equivalent? libpcap's optimizer has bugs that change the
 * meaning of some expressions; connections would be missing silently. So its
 * result is compared with the program before optimization, on generated
 * packets: a walk through a program aims at one of its ends, prefers branches
 * that were rarely taken, and changes the bits of the packet that a branch
 * tests.
 */
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"

/* Number of walks; fewer for a long program, to limit the time. */
enum { WALKS = 1000, MIN_WALKS = 100, MAX_STEPS = 1500000,
	PACKET = 256 };

struct walk {
	const struct bpf_program *p;
	u32 *been[2];		/* how often each branch was not taken, taken */
	u8 *ends;		/* which ends each instruction may come to */
	u8 goal;
	u64 rng;
	u8 packet[PACKET];
	u8 fixed[PACKET];	/* bits that a branch needs as they are */
	u32 a, x, mem[BPF_MEMWORDS];
	/* where the accumulator comes from; size 0: not from one place */
	u32 off, size, mask;
};

static u32 rnd(struct walk *w)
{
	u64 z = w->rng += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	return z >> 32;
}

static u32 get(const u8 *p, u32 size)
{
	u32 v = 0;

	while (size--)
		v = v << 8 | *p++;
	return v;
}

static void put(u8 *p, u32 size, u32 v)
{
	while (size--) {
		p[size] = v;
		v >>= 8;
	}
}

/* False: it lies outside, and the packet is refused. */
static bool load(struct walk *w, const struct bpf_insn *f)
{
	const u32 size = BPF_SIZE(f->code) == BPF_B ? 1 :
			 BPF_SIZE(f->code) == BPF_H ? 2 : 4;
	u64 off = f->k;

	w->size = 0;
	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
		w->a = f->k;
		return true;
	case BPF_LEN:
		w->a = PACKET;
		return true;
	case BPF_MEM:
		w->a = w->mem[f->k % BPF_MEMWORDS];
		return true;
	case BPF_IND:
		off += w->x;
		break;
	}
	if (off + size > PACKET)
		return false;
	w->a = get(w->packet + off, size);
	w->off = off;
	w->size = size;
	w->mask = 0xffffffffu >> (32 - 8 * size);
	return true;
}

static bool load_x(struct walk *w, const struct bpf_insn *f)
{
	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
		w->x = f->k;
		return true;
	case BPF_LEN:
		w->x = PACKET;
		return true;
	case BPF_MEM:
		w->x = w->mem[f->k % BPF_MEMWORDS];
		return true;
	}
	if (f->k >= PACKET)
		return false;
	w->x = (w->packet[f->k] & 0xf) << 2;
	return true;
}

/* False: a division by zero, which refuses the packet. */
static bool compute(struct walk *w, const struct bpf_insn *f)
{
	const u32 v = BPF_SRC(f->code) == BPF_X ? w->x : f->k;
	const u32 op = BPF_OP(f->code);

	/* Only of what a mask leaves is it known where it stands. */
	if (op != BPF_AND || BPF_SRC(f->code) == BPF_X)
		w->size = 0;
	else
		w->mask &= v;
	if ((op == BPF_DIV || op == BPF_MOD) && !v)
		return false;
	switch (op) {
	case BPF_ADD:
		w->a += v;
		break;
	case BPF_SUB:
		w->a -= v;
		break;
	case BPF_MUL:
		w->a *= v;
		break;
	case BPF_DIV:
		w->a /= v;
		break;
	case BPF_MOD:
		w->a %= v;
		break;
	case BPF_AND:
		w->a &= v;
		break;
	case BPF_OR:
		w->a |= v;
		break;
	case BPF_XOR:
		w->a ^= v;
		break;
	case BPF_LSH:
		w->a = v < 32 ? w->a << v : 0;
		break;
	case BPF_RSH:
		w->a = v < 32 ? w->a >> v : 0;
		break;
	case BPF_NEG:
		w->a = -w->a;
		break;
	}
	return true;
}

static bool is_taken(const struct bpf_insn *f, u32 a, u32 v)
{
	switch (BPF_OP(f->code)) {
	case BPF_JEQ:
		return a == v;
	case BPF_JGT:
		return a > v;
	case BPF_JGE:
		return a >= v;
	default:
		return a & v;
	}
}

/* Change free bits of the packet so that the branch goes the other way. */
static void steer(struct walk *w, const struct bpf_insn *f, bool want)
{
	const u32 fixed = get(w->fixed + w->off, w->size);
	u32 v = get(w->packet + w->off, w->size);
	const u32 free = w->mask & ~fixed;

	for (int i = 0; i < 4; i++) {
		u32 to = i == 0 ? f->k : i == 1 ? f->k + 1 :
			 i == 2 ? ~f->k : rnd(w);

		to = (v & ~free) | (to & free);
		if (is_taken(f, to & w->mask, f->k) != want)
			continue;
		put(w->packet + w->off, w->size, to);
		w->a = to & w->mask;
		return;
	}
}

/* The bits that must be kept for the branch to go this way. */
static void fix(struct walk *w, const struct bpf_insn *f, bool taken)
{
	u32 bits = get(w->fixed + w->off, w->size);

	if (BPF_OP(f->code) == BPF_JEQ && taken)
		bits |= w->mask;
	else if (BPF_OP(f->code) == BPF_JSET && !taken)
		bits |= w->mask & f->k;
	put(w->fixed + w->off, w->size, bits);
}

/* Choose the branch that leads to the goal. */
static bool choose(struct walk *w, const struct bpf_insn *f, u32 i)
{
	const bool no = w->ends[i + 1 + f->jf] & w->goal;
	const bool yes = w->ends[i + 1 + f->jt] & w->goal;

	if (yes != no && rnd(w) % 16)
		return yes;
	if (rnd(w) % 4)
		return w->been[1][i] <= w->been[0][i];
	return rnd(w) % 2;
}

/* Return: offset of the next instruction */
static u32 branch(struct walk *w, const struct bpf_insn *f, u32 i)
{
	const u32 v = BPF_SRC(f->code) == BPF_X ? w->x : f->k;
	bool taken, want;

	if (BPF_OP(f->code) == BPF_JA)
		return f->k;
	taken = is_taken(f, w->a, v);
	want = choose(w, f, i);
	if (w->size && BPF_SRC(f->code) == BPF_K) {
		if (want != taken)
			steer(w, f, want);
		taken = is_taken(f, w->a, v);
		fix(w, f, taken);
	}
	w->been[taken][i]++;
	return taken ? f->jt : f->jf;
}

/* Make w->packet on the way through the program. */
static void walk(struct walk *w)
{
	const bool v4 = rnd(w) % 2;

	for (u32 i = 0; i < PACKET; i++)
		w->packet[i] = rnd(w);
	memset(w->fixed, 0, PACKET);
	w->packet[0] = v4 ? 0x45 : 0x60;
	/* The length of the header decides where the rest is. */
	w->fixed[0] = v4 ? 0x0f : 0;
	w->a = 0;
	w->x = 0;
	w->size = 0;
	memset(w->mem, 0, sizeof(w->mem));
	for (u32 i = 0; i < w->p->bf_len; i++) {
		const struct bpf_insn *f = &w->p->bf_insns[i];
		bool on = true;

		switch (BPF_CLASS(f->code)) {
		case BPF_RET:
			return;
		case BPF_LD:
			on = load(w, f);
			break;
		case BPF_LDX:
			on = load_x(w, f);
			break;
		case BPF_ST:
			w->mem[f->k % BPF_MEMWORDS] = w->a;
			break;
		case BPF_STX:
			w->mem[f->k % BPF_MEMWORDS] = w->x;
			break;
		case BPF_ALU:
			on = compute(w, f);
			break;
		case BPF_JMP:
			i += branch(w, f, i);
			break;
		case BPF_MISC:
			if (BPF_MISCOP(f->code) == BPF_TAX) {
				w->x = w->a;
				break;
			}
			w->a = w->x;
			w->size = 0;
			break;
		}
		if (!on)
			return;
	}
}

enum { REFUSE = 1, TAKE = 2 };

/* Jumps lead forward only. */
static u8 *find_ends(const struct bpf_program *p)
{
	u8 *ends = xcalloc(p->bf_len, 1);

	for (u32 i = p->bf_len; i--;) {
		const struct bpf_insn *f = &p->bf_insns[i];

		if (BPF_CLASS(f->code) == BPF_RET)
			ends[i] = BPF_RVAL(f->code) == BPF_A ? REFUSE | TAKE :
				  f->k ? TAKE : REFUSE;
		else if (BPF_CLASS(f->code) != BPF_JMP)
			ends[i] = ends[i + 1];
		else if (BPF_OP(f->code) == BPF_JA)
			ends[i] = ends[i + 1 + f->k];
		else
			ends[i] = ends[i + 1 + f->jt] | ends[i + 1 + f->jf];
	}
	return ends;
}

/* Compare on packets generated by walks through @guide. */
static bool agree(const struct bpf_program *guide,
		  const struct bpf_program *fast,
		  const struct bpf_program *plain)
{
	u32 walks = MAX_STEPS / plain->bf_len;
	struct walk w = { .p = guide };
	bool same = true;

	if (walks > WALKS)
		walks = WALKS;
	else if (walks < MIN_WALKS)
		walks = MIN_WALKS;
	w.ends = find_ends(guide);
	w.been[0] = xcalloc(guide->bf_len, sizeof(u32));
	w.been[1] = xcalloc(guide->bf_len, sizeof(u32));
	for (u32 i = 0; same && i < walks; i++) {
		bool is = false, should;

		w.goal = i % 2 ? REFUSE : TAKE;
		walk(&w);
		if (fast)
			is = bpf_filter(fast->bf_insns, w.packet, PACKET,
					PACKET);
		should = bpf_filter(plain->bf_insns, w.packet, PACKET, PACKET);
		same = is == should;
	}
	free(w.ends);
	free(w.been[0]);
	free(w.been[1]);
	return same;
}

bool filter_equal(const struct bpf_program *fast,
		  const struct bpf_program *plain)
{
	bool same = agree(plain, fast, plain);

	/* Packets that only @fast accepts need walks through @fast. */
	return same && fast ? agree(fast, fast, plain) : same;
}
