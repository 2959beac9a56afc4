// SPDX-License-Identifier: GPL-2.0
/*
 * A protocol module for skbtrace, to be copied: one event of packets on a
 * tracepoint that every kernel has. "skbtrace list", text and JSON know it as
 * soon as it is loaded; nothing else is changed, neither in the core nor in
 * the userland program. README tells how to build and try it.
 *
 * The event, sample_xmit: a packet is handed to the driver of a device.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbtrace_probe.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <trace/events/net.h>

/*
 * Step 1: the fields, in the order in which they lie in the block, after its
 * header. Each is a type, a name, a unit, flags and one line of help. There
 * must be no holes: the build fails if there are. So sort them by size, or
 * fill up with a spare field.
 *
 * Fields common to all events of packets come from SKBTRACE_TUPLE_FIELDS.
 * The unit makes text readable: "ns" is printed in ms, "enum:sample_csum" as
 * a word of the table below. Flags: "brief" fields are printed without -v, of
 * a field with "na" all ones means that there is no value.
 */
#define SAMPLE_XMIT_FIELDS(F, S)					\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u16, queue, "-", "brief", "transmit queue of the device")	\
	F(S, s32, ifindex, "-", "brief", "sending device")		\
	F(S, u32, csum, "enum:sample_csum", "brief", "who computes the checksum") \
	F(S, u32, len, "bytes", "brief", "all bytes, the device's header too") \
	F(S, u32, segs, "segs", "brief", "packets on the wire (gso_segs)") \
	F(S, u64, wait_ns, "ns", "brief,na", "TCP: time since it was due to leave")
SKBTRACE_BLOCK(sample_xmit, SAMPLE_XMIT_FIELDS);
SKBTRACE_ASSERT_TUPLE(sample_xmit);

/*
 * Step 2: words of enums. A field with such a unit may be chosen (@select,
 * below) for skip= and only=: -e sample_xmit,only=PARTIAL
 */
static const struct skbtrace_sym csum_words[] = {
	{ CHECKSUM_NONE, "NONE" },
	{ CHECKSUM_UNNECESSARY, "UNNECESSARY" },
	{ CHECKSUM_COMPLETE, "COMPLETE" },
	{ CHECKSUM_PARTIAL, "PARTIAL" },
};

static const struct skbtrace_syms sample_syms[] = {
	SKBTRACE_SYMS("sample_csum", csum_words),
};

static struct skbtrace_event ev_sample_xmit;

/*
 * TCP stamps a packet with the time at which it is due; what has passed since
 * was spent in the queues of the host. Others use the stamp for other things.
 */
static u64 sample_wait(const struct sk_buff *skb,
		       const struct skbtrace_tuple *t)
{
	u64 now = ktime_get_mono_fast_ns();

	if (t->proto != IPPROTO_TCP || !skb->sk || !skb->skb_mstamp_ns)
		return U64_MAX;
	return now > skb->skb_mstamp_ns ? now - skb->skb_mstamp_ns : 0;
}

/*
 * Step 3: the probe. It runs wherever the tracepoint stands, maybe in an
 * interrupt: it must not sleep, wait, allocate or take a lock.
 *
 * Ask whether the event is wanted, get room for a block, fill in all of it,
 * commit. Between begin and commit interrupts are off. Each field must be
 * written, since the room holds what was there before.
 */
SKBTRACE_DEFINE_PROBE(sample_xmit_probe,
		      TP_PROTO(const struct sk_buff *skb,
			       const struct net_device *dev),
		      TP_ARGS(skb, dev))
{
	struct skbtrace_session *s = data;
	struct sample_xmit_block *b;
	struct skbtrace_l4 l4;

	if (!skbtrace_wants(s, &ev_sample_xmit, skb->ip_summed))
		return;
	/* filters, and sample=, which the event's opts promise */
	if (!skbtrace_passes_packet(s, &ev_sample_xmit, skb,
				    skb_network_offset(skb), SKBTRACE_DIR_TX,
				    dev, NULL))
		return;
	b = skbtrace_begin(s, &ev_sample_xmit, skbtrace_packet_id(s, skb),
			   dev_net(dev)->ns.inum);
	if (!b)
		return;
	skbtrace_packet_tuple(skb, skb_network_offset(skb), SKBTRACE_DIR_TX,
			      skbtrace_tuple_of(b), &l4);
	b->queue = skb_get_queue_mapping(skb);
	b->ifindex = dev->ifindex;
	b->csum = skb->ip_summed;
	b->len = skb->len;
	b->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	b->wait_ns = sample_wait(skb, skbtrace_tuple_of(b));
	skbtrace_commit(s);
}

/*
 * Step 4: the hook, a tracepoint by its name and the probe, which the compiler
 * compares. It is attached while an event that names it is on, and only then.
 * A kernel that lacks the tracepoint lists the event as unavailable.
 */
static SKBTRACE_HOOK(hook_start_xmit, net_dev_start_xmit, sample_xmit_probe);

/*
 * Step 5: the event. Its name and number are in recordings, so they never
 * change; numbers from 0x7f00 to 0x7fff are left to modules that are not part
 * of the kernel. A second module with the same name or number is refused.
 */
static struct skbtrace_event ev_sample_xmit = {
	SKBTRACE_EVENT(sample_xmit),
	.nr		= 0x7f01,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Private",
	.select		= "csum",
	.opts		= SKBTRACE_OPT_SAMPLE,
	.help		= "A packet is handed to the driver of a device.",
	.read		= "wait grows: the queue of the device does. csum=PARTIAL: the device computes it.",
	.example	= "skbtrace record -e sample_xmit,only=PARTIAL -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_start_xmit, NULL },
};

static struct skbtrace_event *const sample_events[] = {
	&ev_sample_xmit,
};

static struct skbtrace_proto sample_proto = {
	.name		= "sample",
	.owner		= THIS_MODULE,
	.events		= sample_events,
	.nr_events	= ARRAY_SIZE(sample_events),
	.syms		= sample_syms,
	.nr_syms	= ARRAY_SIZE(sample_syms),
};

/* Step 6: register, which attaches nothing. */
static int __init skbtrace_sample_init(void)
{
	return skbtrace_register_proto(&sample_proto);
}

static void __exit skbtrace_sample_exit(void)
{
	skbtrace_unregister_proto(&sample_proto);
}

module_init(skbtrace_sample_init);
module_exit(skbtrace_sample_exit);

MODULE_DESCRIPTION("skbtrace: a sample of a protocol module");
MODULE_LICENSE("GPL");
/* An installed module is loaded when somebody asks for its event. */
MODULE_ALIAS_SKBTRACE_EVENT(sample_xmit);
