/* SPDX-License-Identifier: GPL-2.0 */
/* Which events are on, with which options. */
#ifndef _NET_SKBTRACE_ENABLE_H
#define _NET_SKBTRACE_ENABLE_H

#include "session.h"

/**
 * struct skbtrace_spec - a parsed "EVENT,key=value,..."
 * @ev: the event
 * @slot: settings
 * @every: every= was given
 * @capture: capture=, bytes; 0: not given
 * @payload: payload=, bytes; 0: not given
 * @forms: form=: SKBTRACE_FORM_*; 0: the best that this kernel has
 * @when: when=, all of it
 * @cond: when=, except for what slot.ranged covers, if slot.cond is set
 * @snapshot: condition of snapshot=, if slot.snapshot is set
 * @watch: primaries, if slot.held is set
 */
struct skbtrace_spec {
	struct skbtrace_event	*ev;
	struct skbtrace_slot	slot;
	bool			every;
	u32			capture;
	u16			payload;
	u8			forms;
	struct skbtrace_cond	when;
	struct skbtrace_cond	cond;
	struct skbtrace_cond	snapshot;
	struct skbtrace_watch	watch;
};

/**
 * struct skbtrace_change - one write to "enabled"
 * @spec: events to enable, with options
 * @off: events to disable
 * @nr: entries of @spec
 * @nr_off: entries of @off
 */
struct skbtrace_change {
	struct skbtrace_spec		spec[SKBTRACE_MAX_EVENTS];
	const struct skbtrace_event	*off[SKBTRACE_MAX_EVENTS];
	unsigned int			nr;
	unsigned int			nr_off;
};

int skbtrace_enable(struct skbtrace_instance *in,
		    const struct skbtrace_change *change);

#endif /* _NET_SKBTRACE_ENABLE_H */
