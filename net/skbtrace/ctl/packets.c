// SPDX-License-Identifier: GPL-2.0
/* The file "packets": what has been captured on each CPU, and what was lost. */
#include "../packets.h"
#include "../run.h"
#include "ctl.h"

static const char *const skbtrace_loss_words[] = {
	[SKBTRACE_LOST_PIECES]	= "full",
	[SKBTRACE_LOST_CHUNKS]	= "copies",
	[SKBTRACE_LOST_PINNED]	= "pins",
	[SKBTRACE_LOST_STALE]	= "stale",
	[SKBTRACE_LOST_TORN]	= "torn",
};

static_assert(ARRAY_SIZE(skbtrace_loss_words) == SKBTRACE_NR_PACKET_LOSSES);

/* A CPU may be counting meanwhile. */
static void skbtrace_packets_line(struct seq_file *m, int cpu,
				  const struct skbtrace_packets *p)
{
	unsigned int i;

	seq_printf(m, "cpu%d captured=%llu bytes=%llu referred=%llu pinned=%llu",
		   cpu, READ_ONCE(p->captured), READ_ONCE(p->bytes),
		   READ_ONCE(p->referred),
		   READ_ONCE(p->pinned) - READ_ONCE(p->unpinned));
	for (i = 0; i < ARRAY_SIZE(skbtrace_loss_words); i++)
		seq_printf(m, " %s=%llu", skbtrace_loss_words[i],
			   READ_ONCE(p->lost[i]));
	seq_printf(m, " own=%llu changed=%llu freed=%llu\n",
		   READ_ONCE(p->left_out), READ_ONCE(p->changed),
		   READ_ONCE(p->freed));
}

int skbtrace_packets_show(struct seq_file *m, void *v)
{
	const struct skbtrace_run *run = skbtrace_shown_run(m);
	int cpu;

	if (!run->packets)
		return 0;
	for_each_possible_cpu(cpu)
		skbtrace_packets_line(m, cpu,
				      *per_cpu_ptr(run->packets, cpu));
	return 0;
}
