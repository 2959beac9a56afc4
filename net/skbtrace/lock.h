/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who may take which lock.
 *
 *	skbtrace_lock		control: the registry, sessions, settings. Taken
 *				by control files, and to register a module;
 *				never by a probe, nor to read trace.cpuN, so
 *				that these files can be removed under it
 *	skbtrace_cpu.read_lock	serialises read() of a trace.cpuN
 *	skbtrace_flush_lock	may a reader start its flush timer? Innermost;
 *				only in read.c
 *
 * A probe takes no lock: it disables interrupts, and data that CPUs share is
 * written as single words.
 */
#ifndef _NET_SKBTRACE_LOCK_H
#define _NET_SKBTRACE_LOCK_H

#include <linux/mutex.h>

extern struct mutex skbtrace_lock;

#endif /* _NET_SKBTRACE_LOCK_H */
