// SPDX-License-Identifier: GPL-2.0
/*
 * Filter programs, in classic BPF. They are checked here, so that "error" can
 * name the faulty instruction, then by the kernel's own check, which also
 * compiles them.
 *
 * Loads at negative offsets are refused: these are the kernel's extensions,
 * which access fields of the skb that the view of skbtrace lacks.
 */
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "conn_prog.h"
#include "error.h"
#include "lock.h"
#include "prog.h"
#include "tables.h"

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

/* @left: instructions after this one. Return: the fault, or %NULL */
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

/* Memory of a program that is set, compiled code aside */
u32 skbtrace_prog_bytes(unsigned int nr, enum skbtrace_target target)
{
	return offsetof(struct skbtrace_prog, insns) +
	       nr * sizeof(struct sock_filter) +
	       (target == SKBTRACE_BY_CONN ? sizeof(struct skbtrace_verdicts) :
					     0);
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

/*
 * A computed offset above 2 GiB is negative: in a packet that is data before
 * the IP header, which a view does not have.
 */
static bool skbtrace_computes_place(const struct skbtrace_prog *p)
{
	unsigned int i;

	for (i = 0; i < p->nr; i++)
		if (BPF_CLASS(p->insns[i].code) == BPF_LD &&
		    BPF_MODE(p->insns[i].code) == BPF_IND)
			return true;
	return false;
}

static void skbtrace_prog_direct(struct skbtrace_prog *p)
{
	if (skbtrace_computes_place(p))
		return;
	p->direct.run = p->bpf->bpf_func;
	p->direct.insns = p->bpf->insnsi;
	p->direct.count = p->count;
}

/**
 * skbtrace_prog_make() - check and compile a program
 * @p: program, its instructions filled in
 * @target: what it filters
 *
 * Context: skbtrace_lock.
 * Return: 0, -EINVAL or -ENOMEM, told in "error"
 */
int skbtrace_prog_make(struct skbtrace_prog *p, enum skbtrace_target target)
	__must_hold(&skbtrace_lock)
{
	struct sock_fprog_kern text = { .len = p->nr, .filter = p->insns };
	int err = skbtrace_check_insns(p->insns, p->nr);

	lockdep_assert_held(&skbtrace_lock);
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
	if (err)
		return skbtrace_err(err, "no memory");
	if (target == SKBTRACE_BY_PACKET)
		skbtrace_prog_direct(p);
	p->bytes = skbtrace_prog_bytes(p->nr, target);
	skbtrace_tables_add(p->bytes);
	return 0;
}

/* @p: program that no probe sees; may be %NULL */
void skbtrace_prog_free(struct skbtrace_prog *p)
{
	if (!p)
		return;
	if (p->bpf)
		bpf_prog_destroy(p->bpf);
	skbtrace_tables_add(-(s64)p->bytes);
	vfree(p->verdicts);
	free_percpu(p->count);
	kvfree(p);
}
