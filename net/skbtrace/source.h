/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: which ones this kernel has; attaching probes. */
#ifndef _NET_SKBTRACE_SOURCE_H
#define _NET_SKBTRACE_SOURCE_H

#include "run.h"

/* Forms of an event: by its own tracepoints, by skbtrace_event.inferred */
#define SKBTRACE_FORM_EXACT	1
#define SKBTRACE_FORM_INFERRED	2
#define SKBTRACE_FORM_BOTH	(SKBTRACE_FORM_EXACT | SKBTRACE_FORM_INFERRED)

/* Availability of an event; INFERRED also if it lacks something. */
enum skbtrace_avail {
	SKBTRACE_UNAVAILABLE, SKBTRACE_INFERRED, SKBTRACE_EXACT
};

void skbtrace_source_find(struct skbtrace_hook *hook);
const char *skbtrace_missing(const struct skbtrace_event *ev);
bool skbtrace_hook_lacks(const struct skbtrace_hook *hook);
const struct skbtrace_hook *skbtrace_lacks(const struct skbtrace_event *ev);
u8 skbtrace_forms(const struct skbtrace_event *ev);
u8 skbtrace_forms_default(const struct skbtrace_event *ev);
enum skbtrace_avail skbtrace_avail(const struct skbtrace_event *ev);
bool skbtrace_keeps_states(const struct skbtrace_event *ev, u8 forms);
int skbtrace_event_on(struct skbtrace_run *run, struct skbtrace_event *ev,
		      u8 forms);
void skbtrace_event_off(struct skbtrace_run *run,
			const struct skbtrace_event *ev);

#endif /* _NET_SKBTRACE_SOURCE_H */
