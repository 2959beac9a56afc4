// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of memory: of one session, so that it can't take what all may have,
 * and of all sessions. A refusal says who holds what.
 */
#include <linux/mm.h>
#include "hold.h"
#include "instances.h"
#include "memory.h"

#define SKBTRACE_MEM_PER_CPU	(4UL << 20)	/* cap of one, times CPUs */
#define SKBTRACE_MEM_SHARE	64		/* cap of one, of all memory */
#define SKBTRACE_MEM_SESSIONS	4		/* cap of all: so many of it */
#define SKBTRACE_HOLD_SESSIONS	2

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

static u64 skbtrace_run_buffers(const struct skbtrace_run *run)
{
	return run->bytes;
}

static u64 skbtrace_run_hold(const struct skbtrace_run *run)
{
	return run->hold.size * num_online_cpus();
}

/*
 * All but @but is said to be too much. @all: what all hold, also for those
 * who read what has ended. @bytes: what a run holds of it.
 */
static int skbtrace_no_space(u64 need, u64 cap, u64 all,
			     const struct skbtrace_instance *but,
			     u64 (*bytes)(const struct skbtrace_run *run))
{
	const struct skbtrace_instance *in;
	char who[320] = "";
	size_t n = 0;
	u64 held;

	list_for_each_entry(in, &skbtrace_instances, list) {
		if (!in->run || in == but || !bytes(in->run))
			continue;
		held = bytes(in->run);
		all -= min(all, held);
		n += scnprintf(who + n, sizeof(who) - n, "%s%s %llu",
			       n ? ", " : "", in->name, held);
	}
	if (all)
		scnprintf(who + n, sizeof(who) - n, "%sreaders of ended ones %llu",
			  n ? ", " : "", all);
	return skbtrace_err(-ENOMEM,
			    "%llu bytes are too much beside what other sessions hold of %llu: %s",
			    need, cap, who);
}

/**
 * skbtrace_check_space() - is there memory for the buffers of a session?
 * @in: the session, which is not tracing
 *
 * Return: 0, or -ENOMEM, told in "error"
 */
int skbtrace_check_space(const struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	const struct skbtrace_config *c = &in->run->config;
	u64 need = (u64)c->subbuf_size * c->subbuf_nr * num_online_cpus();
	u64 cap = SKBTRACE_MEM_SESSIONS * (u64)skbtrace_mem_cap();
	u64 others = skbtrace_buffer_bytes() - in->run->bytes;
	int err = skbtrace_check_mem(c->subbuf_size, c->subbuf_nr);

	lockdep_assert_held(&skbtrace_lock);
	if (err || others + need <= cap)
		return err;
	return skbtrace_no_space(need, cap, others, in, skbtrace_run_buffers);
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
		if (other != in && other->run)
			others += skbtrace_run_hold(other->run);
	if (others + run->config.hold <= cap)
		return 0;
	return skbtrace_no_space(run->config.hold, cap, others, in,
				skbtrace_run_hold);
}
