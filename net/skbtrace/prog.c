// SPDX-License-Identifier: GPL-2.0
/*
 * A program of a filter: classic BPF, checked here so that the place of a
 * fault can be told, then by the kernel's own check, which also makes it
 * machine code.
 *
 * Loads at negative offsets are refused: there lie the kernel's extensions,
 * which look at parts of a packet that a filter of ours is not shown.
 */
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "internal.h"
#include "conn_prog.h"

static bool skbtrace_known_load(u16 code)
{
	switch (code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_H | BPF_ABS:
	case BPF_LD | BPF_B | BPF_ABS:
	case BPF_LD | BPF_W | BPF_IND:
	case BPF_LD | BPF_H | BPF_IND:
	case BPF_LD | BPF_B | BPF_IND:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_B | BPF_MSH:
	case BPF_LDX | BPF_IMM:
	case BPF_LDX | BPF_MEM:
		return true;
	}
	return false;
}

static bool skbtrace_known_alu(u16 code)
{
	if (code == (BPF_ALU | BPF_NEG))
		return true;
	if (code & ~(0xf0 | BPF_X | BPF_ALU))
		return false;
	switch (BPF_OP(code)) {
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_DIV:
	case BPF_MOD:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
	case BPF_LSH:
	case BPF_RSH:
		return true;
	}
	return false;
}

static bool skbtrace_known_jump(u16 code)
{
	if (code == (BPF_JMP | BPF_JA))
		return true;
	if (code & ~(0xf0 | BPF_X | BPF_JMP))
		return false;
	switch (BPF_OP(code)) {
	case BPF_JEQ:
	case BPF_JGT:
	case BPF_JGE:
	case BPF_JSET:
		return true;
	}
	return false;
}

static bool skbtrace_known_code(u16 code)
{
	switch (BPF_CLASS(code)) {
	case BPF_LD:
	case BPF_LDX:
		return skbtrace_known_load(code);
	case BPF_ST:
	case BPF_STX:
		return code == BPF_ST || code == BPF_STX;
	case BPF_ALU:
		return skbtrace_known_alu(code);
	case BPF_JMP:
		return skbtrace_known_jump(code);
	case BPF_RET:
		return code == (BPF_RET | BPF_K) || code == (BPF_RET | BPF_A);
	default:
		return code == (BPF_MISC | BPF_TAX) ||
		       code == (BPF_MISC | BPF_TXA);
	}
}

static bool skbtrace_is_memory(u16 code)
{
	return code == BPF_ST || code == BPF_STX ||
	       code == (BPF_LD | BPF_MEM) || code == (BPF_LDX | BPF_MEM);
}

static bool skbtrace_is_packet_load(u16 code)
{
	if (BPF_CLASS(code) != BPF_LD && BPF_CLASS(code) != BPF_LDX)
		return false;
	return BPF_MODE(code) == BPF_ABS || BPF_MODE(code) == BPF_IND ||
	       BPF_MODE(code) == BPF_MSH;
}

/* @left: instructions behind this one. Return: the fault, or %NULL */
static const char *skbtrace_insn_fault(const struct sock_filter *f,
				       unsigned int left)
{
	if (!skbtrace_known_code(f->code))
		return "unknown opcode";
	if (f->code == (BPF_JMP | BPF_JA))
		return f->k >= left ? "jumps out of the program" : NULL;
	if (BPF_CLASS(f->code) == BPF_JMP)
		return f->jt >= left || f->jf >= left ?
		       "jumps out of the program" : NULL;
	if (f->code == (BPF_ALU | BPF_DIV | BPF_K) ||
	    f->code == (BPF_ALU | BPF_MOD | BPF_K))
		return f->k ? NULL : "division by zero";
	if (f->code == (BPF_ALU | BPF_LSH | BPF_K) ||
	    f->code == (BPF_ALU | BPF_RSH | BPF_K))
		return f->k < 32 ? NULL : "shifts by more than 31 bits";
	if (skbtrace_is_memory(f->code))
		return f->k < BPF_MEMWORDS ? NULL : "no such word of memory";
	if (skbtrace_is_packet_load(f->code) && (s32)f->k < 0)
		return "a negative offset: no extensions of Linux here";
	return NULL;
}

static int skbtrace_check_insns(const struct sock_filter *f, unsigned int nr)
{
	const char *fault;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		fault = skbtrace_insn_fault(&f[i], nr - i - 1);
		if (fault)
			return skbtrace_err(-EINVAL,
					    "instruction %u (%u %u %u %u): %s",
					    i, f[i].code, f[i].jt, f[i].jf,
					    f[i].k, fault);
	}
	if (BPF_CLASS(f[nr - 1].code) != BPF_RET)
		return skbtrace_err(-EINVAL,
				    "instruction %u: the last one must be ret",
				    nr - 1);
	return 0;
}

static int skbtrace_check_conn(const struct sock_filter *f, unsigned int nr)
{
	struct skbtrace_conn_at *at = kvcalloc(nr, sizeof(*at), GFP_KERNEL);
	const char *what;
	int i;

	if (!at)
		return skbtrace_err(-ENOMEM, "no memory");
	i = skbtrace_conn_check(f, nr, at, &what);
	kvfree(at);
	if (i < 0)
		return 0;
	return skbtrace_err(-EINVAL,
			    "instruction %d (%u %u %u %u) looks at %s; a connection has but addresses, ports and protocol",
			    i, f[i].code, f[i].jt, f[i].jf, f[i].k, what);
}

/* Return: a program to be filled in, or %NULL: no memory */
struct skbtrace_prog *skbtrace_prog_alloc(unsigned int nr)
{
	struct skbtrace_prog *p;

	p = kvzalloc(struct_size(p, insns, nr), GFP_KERNEL);
	if (!p)
		return NULL;
	p->nr = nr;
	p->count = alloc_percpu(struct skbtrace_prog_cpu);
	if (!p->count) {
		kvfree(p);
		return NULL;
	}
	return p;
}

/**
 * skbtrace_prog_make() - check a program, and make it run
 * @p: program, its instructions filled in
 * @target: what it is to judge
 *
 * Context: skbtrace_lock.
 * Return: 0, -EINVAL or -ENOMEM, told in "error"
 */
int skbtrace_prog_make(struct skbtrace_prog *p, enum skbtrace_target target)
{
	struct sock_fprog_kern text = { .len = p->nr, .filter = p->insns };
	int err = skbtrace_check_insns(p->insns, p->nr);

	if (!err && target == SKBTRACE_BY_CONN)
		err = skbtrace_check_conn(p->insns, p->nr);
	if (err)
		return err;
	if (target == SKBTRACE_BY_CONN) {
		p->verdicts = vzalloc(sizeof(*p->verdicts));
		if (!p->verdicts)
			return skbtrace_err(-ENOMEM, "no memory for verdicts");
		p->verdicts->count = p->count;
	}
	err = bpf_prog_create(&p->bpf, &text);
	if (err == -EINVAL)
		return skbtrace_err(err, "refused by bpf_check_classic(): a word of memory is loaded that may not have been stored");
	return err ? skbtrace_err(err, "no memory") : 0;
}

/* @p: program that no probe sees; may be %NULL */
void skbtrace_prog_free(struct skbtrace_prog *p)
{
	if (!p)
		return;
	if (p->bpf)
		bpf_prog_destroy(p->bpf);
	vfree(p->verdicts);
	free_percpu(p->count);
	kvfree(p);
}

static void skbtrace_prog_sum(const struct skbtrace_prog *p,
			      struct skbtrace_prog_cpu *sum)
{
	const struct skbtrace_prog_cpu *c;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(p->count, cpu);
		sum->passed += READ_ONCE(c->passed);
		sum->refused += READ_ONCE(c->refused);
		sum->forgotten[0] += READ_ONCE(c->forgotten[0]);
		sum->forgotten[1] += READ_ONCE(c->forgotten[1]);
	}
}

/* As it can be written again. */
void skbtrace_prog_print(struct seq_file *m, const struct skbtrace_prog *p)
{
	struct skbtrace_prog_cpu sum;
	unsigned int i;

	skbtrace_prog_sum(p, &sum);
	if (p->note[0])
		seq_printf(m, "# %s\n", p->note);
	seq_printf(m, "# seen %llu passed %llu\n", sum.passed + sum.refused,
		   sum.passed);
	seq_printf(m, "%u\n", p->nr);
	for (i = 0; i < p->nr; i++)
		seq_printf(m, "%u %u %u %u\n", p->insns[i].code,
			   p->insns[i].jt, p->insns[i].jf, p->insns[i].k);
}

/*
 * A connection that comes back after it was forgotten counts once more. With
 * fewer of them than places, each counts once.
 */
static void skbtrace_prog_stat_conns(struct seq_file *m,
				     const struct skbtrace_prog *p,
				     const struct skbtrace_prog_cpu *sum)
{
	u64 yes = sum->forgotten[1], no = sum->forgotten[0], e;
	unsigned int i;

	for (i = 0; i < SKBTRACE_NR_VERDICTS; i++) {
		e = READ_ONCE(p->verdicts->tab[i]);
		if (e & SKBTRACE_VERDICT_YES)
			yes++;
		else if (e)
			no++;
	}
	seq_printf(m, " connections=%llu matching=%llu", yes + no, yes);
}

/* For "stat". */
void skbtrace_prog_stat(struct seq_file *m, const struct skbtrace_prog *p)
{
	struct skbtrace_prog_cpu sum;

	skbtrace_prog_sum(p, &sum);
	seq_printf(m, " insns=%u seen=%llu passed=%llu", p->nr,
		   sum.passed + sum.refused, sum.passed);
	if (p->verdicts)
		skbtrace_prog_stat_conns(m, p, &sum);
	seq_putc(m, '\n');
}
