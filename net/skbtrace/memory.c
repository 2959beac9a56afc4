// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of memory: of one session, so that it can't take what all may have,
 * and of all sessions. A refusal says who holds what.
 */
#include <kunit/visibility.h>
#include <linux/mm.h>
#include "hold.h"
#include "instances.h"
#include "verdict.h"
#include "memory.h"
#include "tables.h"

#define SKBTRACE_MEM_PER_CPU	(4UL << 20)	/* cap of one, times CPUs */
#define SKBTRACE_MEM_SHARE	64		/* cap of one, of all memory */
#define SKBTRACE_MEM_SESSIONS	4		/* cap of all: so many of it */
#define SKBTRACE_HOLD_SESSIONS	2
#define SKBTRACE_TABLE_SHARE	16		/* cap of all tables */

/* Bytes that the buffers of a session may take at most. */
static unsigned long skbtrace_mem_cap(void)
{
	return min(SKBTRACE_MEM_PER_CPU * num_online_cpus(),
		   (totalram_pages() << PAGE_SHIFT) / SKBTRACE_MEM_SHARE);
}

/**
 * skbtrace_check_mem() - do buffers of this size stay within a session's cap?
 * @subbuf_size: bytes
 * @subbuf_nr: per CPU
 *
 * Return: 0, or -ENOMEM, told in "error"
 */
int skbtrace_check_mem(u32 subbuf_size, u32 subbuf_nr)
	__must_hold(&skbtrace_lock)
{
	u64 need = (u64)subbuf_size * subbuf_nr * num_online_cpus();

	lockdep_assert_held(&skbtrace_lock);
	if (need <= skbtrace_mem_cap())
		return 0;
	return skbtrace_err(-ENOMEM,
			    "%u CPUs x %u x %u bytes are %llu bytes, the cap is %lu",
			    num_online_cpus(), subbuf_nr, subbuf_size, need,
			    skbtrace_mem_cap());
}

/**
 * struct skbtrace_kind_of_memory - what is limited for all sessions together
 * @name: as it is told
 * @bytes: what a session holds of it; it may be just being removed
 */
struct skbtrace_kind_of_memory {
	const char	*name;
	u64		(*bytes)(const struct skbtrace_instance *in);
};

static u64 skbtrace_instance_buffers(const struct skbtrace_instance *in)
{
	return in->run ? in->run->bytes : 0;
}

/* Bytes of the hold-back logs of a session. */
u64 skbtrace_instance_hold(const struct skbtrace_instance *in)
{
	return in->run ? in->run->hold.size * num_online_cpus() : 0;
}

static u64 skbtrace_filters_bytes(const struct skbtrace_filters *f)
{
	u64 bytes = 0;
	unsigned int i;

	for (i = 0; f && i < SKBTRACE_NR_TARGETS; i++)
		if (f->prog[i])
			bytes += f->prog[i]->bytes;
	return bytes;
}

/* Bytes of the tables of a session. Context: skbtrace_lock. */
u64 skbtrace_instance_tables(const struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	if (!in->run)
		return 0;
	return in->run->tables + skbtrace_filters_bytes(in->saved_filters) +
	       skbtrace_filters_bytes(skbtrace_filters_locked(&in->run->pub));
}

static const struct skbtrace_kind_of_memory skbtrace_of_buffers = {
	"buffers", skbtrace_instance_buffers
};

static const struct skbtrace_kind_of_memory skbtrace_of_both_runs = {
	"buffers, with those of its last run (opening \"owner\" gives it up),",
	skbtrace_instance_buffers
};

static const struct skbtrace_kind_of_memory skbtrace_of_hold = {
	"hold-back logs", skbtrace_instance_hold
};

static const struct skbtrace_kind_of_memory skbtrace_of_tables = {
	"tables", skbtrace_instance_tables
};

/*
 * A session would hold @need bytes in all. @others: what the others hold, also
 * those that are but read after their end
 */
static int skbtrace_no_space(const struct skbtrace_kind_of_memory *kind,
			     const struct skbtrace_instance *in, u64 need,
			     u64 others, u64 cap)
{
	const struct skbtrace_instance *other;
	char who[320] = "";
	size_t n = 0;
	u64 held;

	list_for_each_entry(other, &skbtrace_instances, list) {
		held = other == in ? 0 : kind->bytes(other);
		if (!held)
			continue;
		others -= min(others, held);
		n += scnprintf(who + n, sizeof(who) - n, "%s%s %llu",
			       n ? ", " : "", other->name, held);
	}
	if (others)
		scnprintf(who + n, sizeof(who) - n, "%sreaders of ended ones %llu",
			  n ? ", " : "", others);
	return skbtrace_err(-ENOMEM,
			    "%llu bytes of %s are too much beside what other sessions hold of %llu: %s",
			    need, kind->name, cap, who);
}

/* Do @need bytes fit in beside those of others? One alone has what it needs. */
VISIBLE_IF_KUNIT bool skbtrace_fits(u64 need, u64 others, u64 cap)
{
	return !others || (need <= cap && others <= cap - need);
}

/**
 * skbtrace_check_space() - is there memory for the buffers of the next run?
 * @in: the session, which is not tracing
 *
 * Those of its last run are there until they are replaced.
 *
 * Return: 0, or -ENOMEM, told in "error"
 */
int skbtrace_check_space(const struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	const struct skbtrace_config *c = &in->run->config;
	u64 own = in->run->bytes;
	u64 need = (u64)c->subbuf_size * c->subbuf_nr * num_online_cpus() + own;
	u64 cap = SKBTRACE_MEM_SESSIONS * (u64)skbtrace_mem_cap();
	u64 others = skbtrace_buffer_bytes() - own;
	int err = skbtrace_check_mem(c->subbuf_size, c->subbuf_nr);

	lockdep_assert_held(&skbtrace_lock);
	if (err || skbtrace_fits(need, others, cap))
		return err;
	return skbtrace_no_space(own ? &skbtrace_of_both_runs :
				 &skbtrace_of_buffers, in, need, others, cap);
}

/**
 * skbtrace_check_hold_space() - is there memory for what a run holds back?
 * @in: the session
 * @run: its run, or its next one
 *
 * Return: 0, or -ENOMEM, told in "error"
 */
int skbtrace_check_hold_space(const struct skbtrace_instance *in,
			      const struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	u64 cap = SKBTRACE_HOLD_SESSIONS * skbtrace_hold_cap(), others = 0;
	const struct skbtrace_instance *other;

	lockdep_assert_held(&skbtrace_lock);
	if (run->hold.size)
		return 0;
	list_for_each_entry(other, &skbtrace_instances, list)
		if (other != in)
			others += skbtrace_instance_hold(other);
	if (skbtrace_fits(run->config.hold, others, cap))
		return 0;
	return skbtrace_no_space(&skbtrace_of_hold, in, run->config.hold,
				 others, cap);
}

/**
 * skbtrace_check_tables() - is there memory for more tables of a session?
 * @in: the session
 * @need: bytes beside those that it has; what is replaced counts until then
 *
 * Return: 0, or -ENOMEM, told in "error"
 */
int skbtrace_check_tables(const struct skbtrace_instance *in, u64 need)
	__must_hold(&skbtrace_lock)
{
	u64 cap = ((u64)totalram_pages() << PAGE_SHIFT) / SKBTRACE_TABLE_SHARE;
	u64 own = skbtrace_instance_tables(in);
	u64 others = skbtrace_tables_bytes() - own;

	lockdep_assert_held(&skbtrace_lock);
	if (!need || skbtrace_fits(own + need, others, cap))
		return 0;
	return skbtrace_no_space(&skbtrace_of_tables, in, own + need, others,
				 cap);
}
