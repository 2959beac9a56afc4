// SPDX-License-Identifier: GPL-2.0
/* The fields of an event that say whose it is. */
#include <string.h>

#include "trace/format.h"

static const struct field *special(const struct event *e, const char *name,
				   u8 type, u8 unit)
{
	const struct field *fd = event_field(e, name);

	return fd && fd->type == type && fd->unit == unit ? fd : NULL;
}

static void find_tuple(struct event *e)
{
	e->local = special(e, "local", FT_ADDR, UNIT_NONE);
	e->peer = special(e, "peer", FT_ADDR, UNIT_NONE);
	e->lport = special(e, "lport", FT_U16, UNIT_PORT);
	e->pport = special(e, "pport", FT_U16, UNIT_PORT);
	/* A listener has no peer; an end needs address and port. */
	if (!e->local || !e->lport)
		e->local = e->lport = NULL;
	if (!e->peer || !e->pport || !e->local)
		e->peer = e->pport = NULL;
}

static void find_nat(struct event *e)
{
	e->nat_local = special(e, "nat_local", FT_ADDR, UNIT_NONE);
	e->nat_peer = special(e, "nat_peer", FT_ADDR, UNIT_NONE);
	e->nat_lport = special(e, "nat_lport", FT_U16, UNIT_PORT);
	e->nat_pport = special(e, "nat_pport", FT_U16, UNIT_PORT);
	if (!e->nat_local || !e->nat_peer || !e->nat_lport)
		e->nat_pport = NULL;
}

static void find_ways(struct event *e)
{
	const struct sym *s;

	e->dir_tx = e->dir_rx = e->dir_fwd = -1;
	for (u32 i = 0; e->dir && i < e->dir->syms->n; i++) {
		s = &e->dir->syms->v[i];
		if (!strcmp(s->word, "tx") && s->val < 256)
			e->dir_tx = s->val;
		else if (!strcmp(s->word, "rx") && s->val < 256)
			e->dir_rx = s->val;
		else if (!strcmp(s->word, "fwd") && s->val < 256)
			e->dir_fwd = s->val;
	}
}

void event_owner(struct event *e)
{
	find_tuple(e);
	find_nat(e);
	e->sk = special(e, "sk", FT_U64, UNIT_SK);
	e->proto = special(e, "proto", FT_U8, UNIT_ENUM);
	e->dir = special(e, "dir", FT_U8, UNIT_ENUM);
	find_ways(e);
}
