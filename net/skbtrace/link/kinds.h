/* SPDX-License-Identifier: GPL-2.0 */
/*
 * By number of the event: how important a frame of it is, and how many blocks
 * have been sent. Modules bring events while this is in use, so the table takes
 * any number; more than it holds is sent, but not counted.
 */
#ifndef _NET_SKBTRACE_LINK_KINDS_H
#define _NET_SKBTRACE_LINK_KINDS_H

#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/skbtrace_event.h>
#include <linux/string.h>
#include <uapi/linux/skbtrace_link.h>

#define SKBTRACE_KINDS_BITS	8
#define SKBTRACE_NR_KINDS	((u32)BIT(SKBTRACE_KINDS_BITS))

/**
 * struct skbtrace_kind_row - an event
 * @event: its number
 * @prio: of its frames
 * @used: this row is one
 * @sent: blocks that have been put into frames
 */
struct skbtrace_kind_row {
	u16	event;
	u8	prio;
	bool	used;
	u64	sent;
};

/**
 * struct skbtrace_kinds - events, hashed by number; a row is never taken away
 * @row: the next free one is used if a row is taken
 */
struct skbtrace_kinds {
	struct skbtrace_kind_row	row[SKBTRACE_NR_KINDS];
};

/* Blocks that are no events */
static inline u8 skbtrace_special_prio(u16 event)
{
	return event == SKBTRACE_LOST || event == SKBTRACE_SHED ?
	       SKBTRACE_PRIO_FIRST : SKBTRACE_PRIO_TROUBLE;
}

/* Return: the row of this event, made if there is none; %NULL: all are taken */
static inline struct skbtrace_kind_row *
skbtrace_kind(struct skbtrace_kinds *k, u16 event)
{
	u32 i, at = hash_32(event, SKBTRACE_KINDS_BITS);
	struct skbtrace_kind_row *row;

	for (i = 0; i < SKBTRACE_NR_KINDS; i++) {
		row = &k->row[(at + i) % SKBTRACE_NR_KINDS];
		if (row->used && row->event == event)
			return row;
		if (row->used)
			continue;
		row->used = true;
		row->event = event;
		row->prio = event >= SKBTRACE_FIRST_SPECIAL ?
			    skbtrace_special_prio(event) : SKBTRACE_PRIO_REST;
		return row;
	}
	return NULL;
}

/* How important its frames are, by what its description says already. */
static inline u8 skbtrace_event_prio(const struct skbtrace_event *ev)
{
	if (ev->urgent)
		return SKBTRACE_PRIO_FIRST;
	if (ev->role != SKBTRACE_ROLE_EVENT)
		return SKBTRACE_PRIO_TROUBLE;
	return ev->sets && strstr(ev->sets, "trouble") ? SKBTRACE_PRIO_TROUBLE :
							 SKBTRACE_PRIO_REST;
}

#endif /* _NET_SKBTRACE_LINK_KINDS_H */
