/* SPDX-License-Identifier: GPL-2.0 */
/* State of connections. */
#ifndef _NET_SKBTRACE_STATE_H
#define _NET_SKBTRACE_STATE_H

#include "run.h"

#define SKBTRACE_NR_STATES	131072U	/* a power of two; 4 MiB, if needed */
#define SKBTRACE_STATES_BYTES	(SKBTRACE_NR_STATES *			\
				 sizeof(struct skbtrace_state))

int skbtrace_states_make(struct skbtrace_run *run);
void skbtrace_states_free(struct skbtrace_run *run);

#endif /* _NET_SKBTRACE_STATE_H */
