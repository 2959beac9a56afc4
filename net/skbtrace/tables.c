// SPDX-License-Identifier: GPL-2.0
/* Counts the memory of tables: of each run, and of all. */
#include <linux/atomic.h>
#include "run.h"
#include "tables.h"

/* Also of runs that only a reader still has, and of filters of no run */
static atomic64_t skbtrace_table_memory;

/* @bytes: negative: so many have been given back */
void skbtrace_tables_add(s64 bytes)
{
	atomic64_add(bytes, &skbtrace_table_memory);
}

u64 skbtrace_tables_bytes(void)
{
	return atomic64_read(&skbtrace_table_memory);
}

/* @run has so many more, until it is freed. */
void skbtrace_tables_charge(struct skbtrace_run *run, u64 bytes)
{
	run->tables += bytes;
	skbtrace_tables_add(bytes);
}
