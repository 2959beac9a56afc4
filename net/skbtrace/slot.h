/* SPDX-License-Identifier: GPL-2.0 */
/* The slots of a run: the settings of events as probes see them. */
#ifndef _NET_SKBTRACE_SLOT_H
#define _NET_SKBTRACE_SLOT_H

#include "enable.h"
#include "run.h"

void skbtrace_set_slot(struct skbtrace_run *run,
		       const struct skbtrace_spec *spec);
void skbtrace_set_special(struct skbtrace_run *run);

#endif /* _NET_SKBTRACE_SLOT_H */
