// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that carry what has been captured, which would be captured again, and
 * so on without end. If a reader splices into a socket, the fragments of what
 * is sent are our own memory. The flow of such a packet is remembered, so that
 * what acknowledges it is left out as well, on both ends if they are on this
 * host.
 */
#include <linux/mm.h>
#include <linux/skbtrace.h>
#include <linux/skbuff.h>
#include "flow.h"
#include "packets.h"
#include "run.h"

/* No other page has this address there. */
static const char skbtrace_own_mark;

/* Context: just allocated. Pages are forgotten by being allocated anew. */
void skbtrace_own_page(struct page *page)
{
	set_page_private(page, (unsigned long)&skbtrace_own_mark);
}

/* Spliced fragments are marked as shared, so that others cost nothing here. */
static bool skbtrace_carries_own(const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);
	const struct page *page;
	int i;

	if (!skb_has_shared_frag(skb))
		return false;
	for (i = 0; i < shared->nr_frags; i++) {
		page = skb_frag_page(&shared->frags[i]);
		if (page && page_private(compound_head(page)) ==
			    (unsigned long)&skbtrace_own_mark)
			return true;
	}
	return false;
}

/*
 * Of a packet; fragments but the first have no ports, and flows of their own.
 */
static noinline u64 skbtrace_own_flow(const struct skbtrace_session *s,
				      const struct sk_buff *skb, int l3)
{
	struct skbtrace_tuple t __aligned(8);

	if (!skbtrace_packet_tuple(skb, l3, SKBTRACE_DIR_TX, &t, NULL))
		return 0;
	return skbtrace_flow(&t, s->packet_key[0] & ~1ULL);
}

static bool skbtrace_own_knows(const struct skbtrace_own *own, u64 flow)
{
	unsigned int i;

	for (i = 0; i < SKBTRACE_NR_OWN; i++)
		if (READ_ONCE(own->flow[i]) == flow)
			return flow;
	return false;
}

/* The oldest is forgotten. Two CPUs may take the same place. */
static void skbtrace_own_add(struct skbtrace_own *own, u64 flow)
{
	u32 nr = READ_ONCE(own->nr);

	WRITE_ONCE(own->flow[nr % SKBTRACE_NR_OWN], flow);
	WRITE_ONCE(own->nr, nr + 1);
}

/**
 * skbtrace_is_own() - does a packet belong to a connection of a reader?
 * @run: the run
 * @skb: packet
 * @l3: where its IP header is
 *
 * Context: probe; only of what skbtrace_may_be_own().
 * Return: true if it must not be captured
 */
bool skbtrace_is_own(struct skbtrace_run *run, const struct sk_buff *skb,
		     int l3)
{
	struct skbtrace_own *own = &run->own;
	u64 flow = skbtrace_own_flow(&run->pub, skb, l3);

	if (skbtrace_own_knows(own, flow))
		return true;
	if (!skbtrace_carries_own(skb))
		return false;
	if (flow)
		skbtrace_own_add(own, flow);
	return true;
}
