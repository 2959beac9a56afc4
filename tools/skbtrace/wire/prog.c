// SPDX-License-Identifier: GPL-2.0
#include "wire/prog.h"

void prog_part(struct prog *p)
{
	p->from = p->n;
	p->labels = LABEL_NEXT + 1;
}

u16 prog_label(struct prog *p)
{
	if (p->labels == PROG_LABELS) {
		p->full = true;
		return LABEL_NEXT;
	}
	return p->labels++;
}

void prog_put(struct prog *p, u16 label)
{
	p->place[label] = p->n;
}

static void add(struct prog *p, u16 code, u32 k, u16 yes, u16 no)
{
	if (p->n == PROG_MAX || p->n - p->from == PROG_PART) {
		p->full = true;
		return;
	}
	p->v[p->n] = (struct sock_filter){ .code = code, .k = k };
	p->yes[p->n] = yes;
	p->no[p->n] = no;
	p->n++;
}

void prog_load(struct prog *p, u32 size, u32 off)
{
	u16 width = size == 1 ? BPF_B : size == 2 ? BPF_H : BPF_W;

	add(p, BPF_LD | BPF_ABS | width, off, LABEL_NEXT, LABEL_NEXT);
}

void prog_alu(struct prog *p, u16 op, u32 k)
{
	add(p, BPF_ALU | op | BPF_K, k, LABEL_NEXT, LABEL_NEXT);
}

void prog_keep(struct prog *p)
{
	add(p, BPF_MISC | BPF_TAX, 0, LABEL_NEXT, LABEL_NEXT);
}

void prog_or_kept(struct prog *p)
{
	add(p, BPF_ALU | BPF_OR | BPF_X, 0, LABEL_NEXT, LABEL_NEXT);
}

void prog_jump(struct prog *p, u16 op, u32 k, u16 yes, u16 no)
{
	add(p, BPF_JMP | op | BPF_K, k, yes, no);
}

void prog_go(struct prog *p, u16 label)
{
	add(p, BPF_JMP | BPF_JA, 0, label, LABEL_NEXT);
}

void prog_return(struct prog *p, u32 k)
{
	add(p, BPF_RET | BPF_K, k, LABEL_NEXT, LABEL_NEXT);
}

static u32 distance(const struct prog *p, u32 at, u16 label)
{
	return label == LABEL_NEXT ? 0 : p->place[label] - (at + 1);
}

void prog_part_end(struct prog *p)
{
	for (u32 i = p->from; i < p->n; i++) {
		struct sock_filter *f = &p->v[i];

		if (f->code == (BPF_JMP | BPF_JA)) {
			f->k = distance(p, i, p->yes[i]);
		} else if (BPF_CLASS(f->code) == BPF_JMP) {
			f->jt = distance(p, i, p->yes[i]);
			f->jf = distance(p, i, p->no[i]);
		}
	}
}
