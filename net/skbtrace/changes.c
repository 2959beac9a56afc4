// SPDX-License-Identifier: GPL-2.0
/*
 * Tells readers in the kernel that they should look again: a session is there
 * or gone, a run has begun or ended, a CPU has come up, a reader has gone, a
 * module brings events. None of it happens often.
 */
#include <linux/atomic.h>
#include <linux/sched.h>
#include "changes.h"

/* Who waits looks at skbtrace_changes() after it has joined this queue. */
DECLARE_WAIT_QUEUE_HEAD(skbtrace_changes_wait);

static atomic_t skbtrace_nr_changes;

/* Context: any but a probe. */
void skbtrace_changed(void)
{
	/* ordered before the wake-up, which takes the lock of the queue */
	atomic_inc_return(&skbtrace_nr_changes);
	wake_up_all(&skbtrace_changes_wait);
}

/* How many there have been. */
u32 skbtrace_changes(void)
{
	return atomic_read(&skbtrace_nr_changes);
}
