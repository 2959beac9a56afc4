/* SPDX-License-Identifier: GPL-2.0 */
/* skbtrace: packets themselves, not events about them. */
#ifndef _LINUX_SKBTRACE_CAPTURE_H
#define _LINUX_SKBTRACE_CAPTURE_H

#include <linux/types.h>

struct sk_buff;
struct skbtrace_event;
struct skbtrace_session;

void skbtrace_capture(struct skbtrace_session *s,
		      const struct skbtrace_event *ev,
		      const struct sk_buff *skb, int l3, u8 dir);

#endif /* _LINUX_SKBTRACE_CAPTURE_H */
