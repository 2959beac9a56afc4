/* SPDX-License-Identifier: GPL-2.0 */
/* State of connections. */
#ifndef _NET_SKBTRACE_STATE_H
#define _NET_SKBTRACE_STATE_H

#include "run.h"

int skbtrace_states_make(struct skbtrace_run *run);
void skbtrace_states_free(struct skbtrace_run *run);

#endif /* _NET_SKBTRACE_STATE_H */
