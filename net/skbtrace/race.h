/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Widens the window of a possible race, for emulators that run all CPUs in one
 * thread.
 */
#ifndef _NET_SKBTRACE_RACE_H
#define _NET_SKBTRACE_RACE_H

#include <linux/processor.h>

static inline void skbtrace_race(void)
{
#ifdef CONFIG_SKBTRACE_RACE
	cpu_relax();	/* let the other CPU run */
#endif
}

#endif /* _NET_SKBTRACE_RACE_H */
