// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <string.h>

#include "wire/frame.h"

void frame_put(u8 *p, const struct frame_head *h)
{
	static const u8 ether[FRAME_ETHER] = {
		/* from 02:73:6b:62:74:72, locally administered */
		0, 0, 0, 0, 0, 0, 0x02, 0x73, 0x6b, 0x62, 0x74, 0x72,
		SKBTRACE_ETHERTYPE >> 8, SKBTRACE_ETHERTYPE & 0xff,
	};
	static const u8 group[] = SKBTRACE_LINK_GROUP;
	const struct skbtrace_frame f = {
		.version = SKBTRACE_FRAME_VERSION,
		.kind = h->kind,
		.flags = h->little ? SKBTRACE_FRAME_LITTLE : 0,
		.prio = h->prio,
		.hdr_len = htobe16(sizeof(f)),
		.event = htobe16(h->event),
		.len = htobe32(h->len),
		.session = htobe32(h->session),
		.host = htobe64(h->host),
		.cpu = htobe32(h->cpu),
		.nr = htobe32(h->nr),
		.seq = htobe64(h->seq),
		.frame_seq = htobe64(h->frame_seq),
		.mono_ns = htobe64(h->mono_ns),
		.real_ns = htobe64(h->real_ns),
		.lost_total = htobe64(h->lost_total),
		.epoch = htobe32(h->epoch),
		.total = htobe32(h->total),
	};

	memcpy(p, ether, FRAME_ETHER);
	memcpy(p, group, sizeof(group));
	memcpy(p + FRAME_ETHER, &f, sizeof(f));
}
