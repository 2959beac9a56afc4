/* SPDX-License-Identifier: GPL-2.0 */
/* The registry of protocol modules and events. */
#ifndef _NET_SKBTRACE_REGISTRY_H
#define _NET_SKBTRACE_REGISTRY_H

#include <linux/list.h>
#include <linux/skbtrace.h>
#include "lock.h"

#define SKBTRACE_BLOCK_MAX	1024	/* bytes; several fit a sub-buffer */

extern struct list_head skbtrace_protos;
extern struct skbtrace_event *skbtrace_events[SKBTRACE_MAX_EVENTS];

struct skbtrace_event *skbtrace_find_event(const char *name, size_t len);
const struct skbtrace_syms *skbtrace_find_syms(const struct skbtrace_event *ev,
					       const char *unit);
const struct skbtrace_field *
skbtrace_find_field(const struct skbtrace_event *ev, const char *name);
void skbtrace_load_protos(void);
bool skbtrace_absent_proto(unsigned int i, const char **name);

#endif /* _NET_SKBTRACE_REGISTRY_H */
