// SPDX-License-Identifier: GPL-2.0
/* Where a connection's segments were dropped, in an operator's words. */
#include <stdio.h>
#include <string.h>

#include "why/why.h"

/* Reasons of enum skb_drop_reason that deserve a phrase. */
static const struct {
	const char *reason, *text, *next;
} reasons[] = {
	{ "NETFILTER_DROP", "a netfilter rule",
	  "nft list ruleset; nft monitor trace" },
	{ "TC_INGRESS", "a tc filter on what comes in",
	  "tc -s filter show dev DEV ingress" },
	{ "TC_EGRESS", "a tc filter on what goes out",
	  "tc -s filter show dev DEV egress" },
	{ "QDISC_DROP", "the queue of a device (qdisc)", "tc -s qdisc" },
	{ "FULL_RING", "a full transmit ring of a device",
	  "ip -s link: dropped; ip link: qlen; who reads the device?" },
	{ "CPU_BACKLOG", "the queue of a CPU (netdev_max_backlog)",
	  "sysctl net.core.netdev_max_backlog; cat /proc/net/softnet_stat" },
	{ "PKT_TOO_BIG", "a link with a smaller MTU",
	  "ip link; do ICMP \"fragmentation needed\" messages pass?" },
	{ "NEIGH_FAILED", "a next hop without an answer (ARP, ND)",
	  "ip neigh" },
	{ "NEIGH_QUEUEFULL", "a next hop that is not resolved yet",
	  "ip neigh" },
	{ "NEIGH_DEAD", "a next hop that has gone", "ip neigh" },
	{ "NEIGH_CREATEFAIL", "a full neighbour table",
	  "sysctl net.ipv4.neigh.default.gc_thresh3; ip neigh | wc -l" },
	{ "IP_OUTNOROUTES", "lack of a route", "ip route get PEER" },
	{ "IP_INNOROUTES", "lack of a route for it", "ip route get PEER" },
	{ "IP_RPFILTER", "the reverse path filter",
	  "sysctl net.ipv4.conf.all.rp_filter; ip route get PEER" },
	{ "SOCKET_RCVBUFF", "a full receive buffer",
	  "sysctl net.ipv4.tcp_rmem; ss -tm" },
	{ "SOCKET_BACKLOG",
	  "a full backlog: the program there has the socket locked",
	  "on the peer: cat /proc/PID/wchan; ps -o maj_flt PID" },
	{ "SOCKET_FILTER", "a filter of the socket (SO_ATTACH_FILTER)",
	  "ss -be" },
	{ "PROTO_MEM", "a full receive buffer, or lack of TCP's memory",
	  "ss -tm; sysctl net.ipv4.tcp_rmem net.ipv4.tcp_mem" },
	{ "TCP_INVALID_SEQUENCE", "the edge of the receive window",
	  "ss -tanoi" },
	{ "TCP_ZEROWINDOW", "a shut receive window", "ss -tm" },
	{ "TCP_OFO_QUEUE_PRUNE", "a receive queue that was pruned",
	  "sysctl net.ipv4.tcp_rmem; ss -tm" },
	{ "TCP_RFC7323_PAWS", "a timestamp older than the last (PAWS)",
	  "is there a NAT that mixes hosts? sysctl net.ipv4.tcp_timestamps" },
	{ "TCP_CSUM", "a wrong checksum",
	  "ethtool -S DEV: errors, there and on the path; ethtool -k DEV" },
	{ "IP_CSUM", "a wrong checksum",
	  "ethtool -S DEV: errors, there and on the path; ethtool -k DEV" },
	{ "BPF_CGROUP_EGRESS", "a BPF program of the cgroup",
	  "bpftool cgroup tree" },
	{ "XFRM_POLICY", "an IPsec policy", "ip xfrm policy" },
	{ "NO_SOCKET", "lack of a socket with this tuple", "ss -tan" },
	{ "NOT_SPECIFIED_SYN", "an old connection with the same ports",
	  "ss -tan state time-wait" },
};

bool drop_is_harmless(const char *reason)
{
	static const char *const words[] = {
		"TCP_OLD_DATA", "TCP_OLD_SEQUENCE", "TCP_OFOMERGE",
		"TCP_OFO_DROP",
		"TCP_OLD_ACK", "TCP_RESET", "NO_SOCKET",
		"TCP_INVALID_SYN",	/* a SYN-ACK that came twice */
	};

	for (u32 i = 0; reason && i < ARRAY_SIZE(words); i++)
		if (!strcmp(reason, words[i]))
			return true;
	return false;
}

static int reason_index(const struct seen *drop)
{
	for (u32 i = 0; drop->word && i < ARRAY_SIZE(reasons); i++)
		if (!strcmp(drop->word, reasons[i].reason))
			return i;
	return -1;
}

const char *say_reason(const struct seen *drop)
{
	static char buf[160];
	int i = reason_index(drop);

	if (i < 0)
		snprintf(buf, sizeof(buf), "%s",
			 drop->word ? drop->word : "no reason is told");
	else
		snprintf(buf, sizeof(buf), "%s (%s)", reasons[i].text,
			 drop->word);
	return buf;
}

const char *next_of_drop(const struct seen *drop)
{
	int i = reason_index(drop);

	return i < 0 ? "skbtrace record -e skb_drop,stack" : reasons[i].next;
}

/*
 * Dropped before the socket lookup: until then a packet that crosses a veth
 * belongs to its sender, and to the sender's network namespace.
 */
static bool before_socket(const struct seen *d)
{
	static const char *const words[] = {
		"TC_INGRESS", "IP_RPFILTER", "IP_INNOROUTES", "CPU_BACKLOG",
		"NETFILTER_INGRESS",
	};

	/* Early demux has found the receiver's, ahead of the route */
	if (d->way == WAY_RX && !d->sent)
		return false;
	for (u32 i = 0; d->word && i < ARRAY_SIZE(words); i++)
		if (!strcmp(d->word, words[i]))
			return true;
	return false;
}

static bool came_in(const struct seen *d)
{
	return d->way == WAY_RX || before_socket(d);
}

/* Sent by the other end. */
static enum place place_of_answer(const struct view *c, const struct seen *d)
{
	if (d->way == WAY_FWD)
		return PLACE_ROUTER;
	if (before_socket(d))
		return PLACE_NEXT;
	if (d->way == WAY_TX)
		return PLACE_PEER_OUT;
	return d->netns == c->r->facts.netns ? PLACE_BACK : PLACE_ROUTER;
}

static enum place place_of(const struct view *c, const struct seen *d)
{
	if (d->way == WAY_FWD)
		return PLACE_ROUTER;
	if (!came_in(d))
		return PLACE_OWN;
	if (d->way == WAY_TX)
		return PLACE_NEXT;
	if (c->peer && before_socket(d) && d->netns == c->r->facts.netns)
		return PLACE_NEXT;
	if (c->peer ? d->netns == c->peer->facts.netns :
		      d->netns != c->r->facts.netns)
		return PLACE_PEER;
	return d->netns == c->r->facts.netns ? PLACE_BACK : PLACE_ROUTER;
}

/* Drops for want of memory: they have a cause. */
static bool is_consequence(const struct seen *d)
{
	return d->word && (!strcmp(d->word, "TCP_INVALID_SEQUENCE") ||
			   !strcmp(d->word, "TCP_ZEROWINDOW"));
}

/* Is @d, of @segs, worse? A cause is, then more segments, then the earlier. */
static bool is_worse(const struct lost_at *l, const struct seen *d, u64 segs)
{
	if (!l->worst)
		return true;
	if (is_consequence(l->worst) != is_consequence(d))
		return is_consequence(l->worst);
	if (segs != l->here)
		return segs > l->here;
	return d->since < l->worst->since;
}

bool peer_is_request(const struct view *c)
{
	return c->peer && c->r->connecting && c->peer->first >= c->r->first;
}

/*
 * Refused for a timestamp older than the last (PAWS, RFC 7323, 5.3), since
 * others have overtaken it: @sender has seen that, so it is late, not lost.
 */
static bool is_late(const struct row *sender, const struct seen *d)
{
	return sender && d->word && !strcmp(d->word, "TCP_RFC7323_PAWS") &&
	       (row_grown(sender, C_REORD) || row_grown(sender, C_DSACKS));
}

const struct seen *find_late(const struct view *c)
{
	const struct seen *d = NULL;

	while (c->peer &&
	       (d = facts_next(&c->peer->facts, d, FACT_DROP, NULL)))
		if (is_late(c->r, d))
			return d;
	return NULL;
}

/* A SYN that is repeated while its SYN-ACK is in flight needs no second one. */
static bool is_needless(const struct view *c, const struct seen *d)
{
	return drop_is_harmless(d->word) || is_late(c->r, d) ||
	       (peer_is_request(c) && d->word &&
		!strcmp(d->word, "NOT_SPECIFIED_SYN"));
}

u64 drop_segs(const struct seen *d)
{
	return d->v[V_SEGS].sum ? d->v[V_SEGS].sum : d->n;
}

static void add_drop(struct lost_at *l, const struct seen *d, enum place place)
{
	u64 segs = drop_segs(d);

	l->segs += segs;
	if (!is_worse(l, d, segs))
		return;
	l->here = segs;
	l->worst = d;
	l->place = place;
}

/* Segments that the other end's socket refused are named there. */
static bool is_refused(const struct view *c, const struct seen *d)
{
	return d->way == WAY_RX && !d->sent && !before_socket(d) &&
	       (d->netns != c->r->facts.netns ||
		d->netns == c->peer->facts.netns);
}

void find_drops(const struct view *c, struct lost_at *l)
{
	const struct seen *d = NULL;

	*l = (struct lost_at){};
	while ((d = facts_next(&c->r->facts, d, FACT_DROP, NULL)))
		if (!is_needless(c, d))
			add_drop(l, d, place_of(c, d));
	while (c->peer &&
	       (d = facts_next(&c->peer->facts, d, FACT_DROP, NULL)))
		if (!is_needless(c, d) && is_refused(c, d))
			add_drop(l, d, PLACE_PEER);
}

bool is_answer_drop(const struct view *c, const struct row *told,
		    const struct seen *d)
{
	if (drop_is_harmless(d->word) || is_late(c->peer, d))
		return false;
	return told == c->r ? d->way == WAY_RX && !d->sent :
			      !is_refused(c, d);
}

void find_answer_drops(const struct view *c, struct lost_at *l)
{
	const struct seen *d = NULL;

	*l = (struct lost_at){};
	while ((d = facts_next(&c->r->facts, d, FACT_DROP, NULL)))
		if (is_answer_drop(c, c->r, d))
			add_drop(l, d, PLACE_BACK);
	while (c->peer &&
	       (d = facts_next(&c->peer->facts, d, FACT_DROP, NULL)))
		if (is_answer_drop(c, c->peer, d))
			add_drop(l, d, place_of_answer(c, d));
}

const char *say_place(const struct lost_at *l)
{
	switch (l->place) {
	case PLACE_OWN:
		return "in this host, on their way out,";
	case PLACE_NEXT:
		return "in this machine, where the next device takes them in,";
	case PLACE_ROUTER:
		return "on a router of this recording";
	case PLACE_PEER:
		return "in the peer's host, on their way in,";
	case PLACE_PEER_OUT:
		return "in the peer's host, on their way out,";
	case PLACE_BACK:
		return "in this host, on their way in,";
	}
	return "";
}
