/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The link: a network device that is the reader of a session and sends what it
 * reads as frames. From below to above: frame.c makes a frame, udp.c carries it
 * to another host, echo.c answers a probe, text.c tells about the session,
 * thread.c reads and sends, link.c is the device.
 */
#ifndef _NET_SKBTRACE_LINK_LINK_H
#define _NET_SKBTRACE_LINK_LINK_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <net/dst_cache.h>
#include "../reader.h"
#include "cut.h"

struct socket;

/**
 * struct skbtrace_remote - where datagrams are sent
 * @family: AF_INET, AF_INET6; 0: nowhere, this is a local link
 * @ip4: address
 * @ip6: address
 * @port: of both ends; of this one any other if it is taken
 */
struct skbtrace_remote {
	sa_family_t	family;
	union {
		__be32		ip4;
		struct in6_addr	ip6;
	};
	__be16		port;
};

/**
 * struct skbtrace_text - a text that travels in parts
 * @data: the text, for kvfree(); %NULL: none
 * @len: bytes
 * @epoch: number of the text
 */
struct skbtrace_text {
	char	*data;
	size_t	len;
	u32	epoch;
};

/**
 * struct skbtrace_link_cpu - what has been sent of a CPU
 * @seq: all blocks below this sequence number
 * @complete: all events up to this CLOCK_MONOTONIC time
 * @lost: lost by the session
 * @known: @seq is known
 */
struct skbtrace_link_cpu {
	u64	seq;
	u64	complete;
	u64	lost;
	bool	known;
};

/**
 * struct skbtrace_link - a link
 * @dev: its device
 * @session: name of the session that it follows
 * @batch: enum skbtrace_link_batch
 * @remote: where datagrams are sent
 * @thread: reads and sends, while the device is up; under RTNL
 * @sock: of @remote, while the device is up
 * @port: its port, network order
 * @quiet: packets to and from @remote.port are not traced
 * @dst: route to @remote
 * @frame_seq: of the next frame, of any context
 * @run: number of the session's run, 0: none
 *
 * The thread's own:
 * @reader: reads the session
 * @cpu: by CPU
 * @kinds: by event
 * @seen: changes of sessions and events that @format and @kinds are of
 * @format: the file "format"
 * @info: the text of INFO
 * @next: jiffies when the texts are due
 */
struct skbtrace_link {
	struct net_device		*dev;
	char				session[SKBTRACE_NAME_MAX];
	u8				batch;
	struct skbtrace_remote		remote;
	struct task_struct		*thread;
	struct socket			*sock;
	__be16				port;
	struct skbtrace_quiet		quiet;
	struct dst_cache		dst;
	atomic64_t			frame_seq;
	u32				run;

	struct skbtrace_reader		reader;
	struct skbtrace_link_cpu	*cpu;
	struct skbtrace_kinds		*kinds;
	u32				seen;
	struct skbtrace_text		format;
	struct skbtrace_text		info;
	unsigned long			next;
};

/* of the sender, chosen when the module is loaded */
extern u64 skbtrace_link_host;

/* frame.c */
u32 skbtrace_frame_max(const struct skbtrace_link *l);
void skbtrace_frame_head(struct skbtrace_link *l, struct skbtrace_frame *f,
			 u8 kind, u32 len);
void skbtrace_frame_blocks(struct skbtrace_link *l,
			   const struct skbtrace_subbuf *h,
			   const struct skbtrace_slice *p);
void skbtrace_frame_text(struct skbtrace_link *l, u8 kind, u8 flags,
			 const struct skbtrace_text *text);

/* udp.c */
int skbtrace_udp_open(struct skbtrace_link *l);
void skbtrace_udp_close(struct skbtrace_link *l);
void skbtrace_udp_xmit(struct skbtrace_link *l, struct sk_buff *skb);

/* echo.c */
bool skbtrace_get_probe(const struct sk_buff *skb, int off,
			struct skbtrace_frame *f);
struct sk_buff *skbtrace_make_echo(struct skbtrace_link *l,
				   const struct sk_buff *skb, int off,
				   const struct skbtrace_frame *probe,
				   unsigned int headroom);
bool skbtrace_echo(struct skbtrace_link *l, const struct sk_buff *skb);

/* text.c */
void skbtrace_texts_learn(struct skbtrace_link *l);
void skbtrace_texts_send(struct skbtrace_link *l);
void skbtrace_texts_free(struct skbtrace_link *l);

/* thread.c */
int skbtrace_thread_make(struct skbtrace_link *l);
void skbtrace_thread_start(struct skbtrace_link *l);
void skbtrace_thread_stop(struct skbtrace_link *l);

#endif /* _NET_SKBTRACE_LINK_LINK_H */
