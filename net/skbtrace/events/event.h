/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Common to the files of events: the numbers of all events and the events of
 * each module, generated from list.h.
 */
#ifndef _NET_SKBTRACE_EVENTS_EVENT_H
#define _NET_SKBTRACE_EVENTS_EVENT_H

#include <linux/module.h>
#include <linux/skbtrace_netns.h>
#include <linux/skbtrace_payload.h>
#include <linux/skbtrace_probe.h>
#include <linux/skbtrace_quick.h>
#include "list.h"

#define SKBTRACE_ALL_EVENTS(E)						\
	SKBTRACE_PACKET_EVENTS(E)					\
	SKBTRACE_IP_EVENTS(E)						\
	SKBTRACE_TCP_EVENTS(E)						\
	SKBTRACE_UDP_EVENTS(E)

#define SKBTRACE_NR(NAME)		SKBTRACE_NR_##NAME
#define SKBTRACE_NR_ROW(NAME, NR)	SKBTRACE_NR(NAME) = NR,
enum {
	SKBTRACE_ALL_EVENTS(SKBTRACE_NR_ROW)
};

/* Two events with the same number do not compile: "duplicate case value" */
#define SKBTRACE_NR_CASE(NAME, NR)	case SKBTRACE_NR(NAME):
static inline bool skbtrace_is_ours(u16 nr)
{
	switch (nr) {
	SKBTRACE_ALL_EVENTS(SKBTRACE_NR_CASE)
		return true;
	}
	return false;
}

#define SKBTRACE_DECLARE_EVENT(NAME, NR)				\
	extern struct skbtrace_event skbtrace_ev_##NAME;
SKBTRACE_ALL_EVENTS(SKBTRACE_DECLARE_EVENT)

/* The event skbtrace_ev_NAME; its first use loads the module of this file */
#define SKBTRACE_DEFINE_EVENT(NAME)					\
	MODULE_ALIAS_SKBTRACE_EVENT(NAME);				\
	struct skbtrace_event skbtrace_ev_##NAME

/* The table NAME of the events of a module */
#define SKBTRACE_EVENT_POINTER(NAME, NR)	&skbtrace_ev_##NAME,
#define SKBTRACE_EVENT_TABLE(NAME, EVENTS)				\
	struct skbtrace_event *const NAME[] = {				\
		EVENTS(SKBTRACE_EVENT_POINTER)				\
	}

/*
 * Does when= need the fields? If not, the block is written in place, which
 * saves a copy; most events that are held back have no when=.
 */
static inline bool skbtrace_has_cond(const struct skbtrace_session *s,
				     const struct skbtrace_event *ev)
{
	return s->slot[ev->slot].cond;
}

#endif /* _NET_SKBTRACE_EVENTS_EVENT_H */
