// SPDX-License-Identifier: GPL-2.0
/*
 * What has become of memory that was referred to, told when its packet is
 * handed over: has it changed, and does anybody but us still have it? Whoever
 * keeps a reference may see later changes, but once all others are gone there
 * are none.
 */
#include <linux/mm.h>
#include <linux/string.h>
#include "packets.h"
#include "packets_block.h"

#define SKBTRACE_SAME_PAGE	64U	/* pieces looked at for the same page */

/*
 * Do only pieces have references to the page of the piece at @i? Those near it
 * are looked at; what is not sure is not told. @end: the first unpublished one
 */
static bool skbtrace_piece_freed(struct skbtrace_packets *p, unsigned long i,
				 unsigned long end)
{
	struct page *page = compound_head(skbtrace_piece_at(p, i)->page);
	unsigned long j = i - min_t(unsigned long, i - p->tail,
				    SKBTRACE_SAME_PAGE / 2);
	int left = page_ref_count(page);
	const struct skbtrace_piece *piece;
	u32 n;

	for (n = 0; j != end && n < SKBTRACE_SAME_PAGE && left; j++, n++) {
		piece = skbtrace_piece_at(p, j);
		if (piece->kept && compound_head(piece->page) == page)
			left--;
	}
	return !left;
}

static void skbtrace_put_state(const struct skbtrace_piece *last, u32 state)
{
	u8 *at = page_address(last->page);
	struct epb_changed *c;
	struct epb_state *e;

	at += last->off + last->len - sizeof(struct epb_end) - sizeof(*e);
	if (!(state & EPB_CHANGED)) {
		e = (struct epb_state *)at;
		*e = (struct epb_state){
			.code = EPB_OPT_STATE,
			.len = sizeof(*e) - offsetof(struct epb_state, state),
			.state = state,
		};
		return;
	}
	c = (struct epb_changed *)at;
	*c = (struct epb_changed){
		.comment_code = EPB_OPT_COMMENT,
		.comment_len = sizeof("changed") - 1,
		.comment = "changed",
		.code = EPB_OPT_STATE,
		.len = sizeof(c->state),
		.state = state,
	};
}

/*
 * Look at the packet that begins with the piece at @i, before anybody sees it.
 * Context: @p->lock. Return: where the next one begins
 */
unsigned long skbtrace_packets_look(struct skbtrace_packets *p, unsigned long i,
				    unsigned long end)
{
	const struct skbtrace_piece *piece;
	u32 state = EPB_FREED;
	bool refers = false;

	do {
		piece = skbtrace_piece_at(p, i);
		if (piece->kept) {
			refers = true;
			if (piece->mark != skbtrace_piece_mark(piece))
				state |= EPB_CHANGED;
			if (state & EPB_FREED &&
			    !skbtrace_piece_freed(p, i, end))
				state &= ~EPB_FREED;
		}
		i++;
	} while (!piece->last);
	if (refers && state) {
		skbtrace_put_state(piece, state);
		p->changed += !!(state & EPB_CHANGED);
		p->freed += !!(state & EPB_FREED);
	}
	return i;
}
