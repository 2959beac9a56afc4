// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/pcapng.h"
#include "lib/version.h"
#include "trace/evlist.h"
#include "trace/trace.h"
#include "wire/payloads.h"

int payloads_open(struct payloads *p, const char *out)
{
	int code = whole_open(&p->file, out);

	if (code)
		return code;
	p->open = true;
	pcapng_section(&p->file.out, "Linux", "skbtrace " SKBTRACE_VERSION);
	pcapng_interface(&p->file.out, PCAPNG_IP, 0, "ip",
			 "first bytes of packets that events are about");
	return 0;
}

static u32 flags_of(const struct rec *r)
{
	s32 dir = r->ev->dir ? (s32)rec_int_or_0(r, r->ev->dir) : -1;

	if (dir < 0)
		return 0;
	return dir == r->ev->dir_rx ? PCAPNG_INBOUND :
	       dir == r->ev->dir_tx ? PCAPNG_OUTBOUND : 0;
}

void payloads_rec(struct payloads *p, const struct trace *t,
		  const struct rec *r, enum matched matched)
{
	struct pcapng_packet k;

	if (matched != MATCHED_YES || !r->ev || event_is_meta(r->ev))
		return;
	if (!r->payload_len) {
		p->events++;
		return;
	}
	k = (struct pcapng_packet){
		.time = clock_real(&t->clock, r->time),
		.len = r->payload_len, .wire_len = r->payload_of,
		.data = r->payload, .comment = r->ev->name,
		.flags = flags_of(r), .id = r->key,
	};
	pcapng_packet(&p->file.out, &k);
	p->packets++;
}

int payloads_close(struct payloads *p, bool keep)
{
	int code = 0;

	if (!p->open)
		return 0;
	if (keep)
		code = whole_close(&p->file);
	else
		whole_drop(&p->file);
	p->open = false;
	return code;
}

void payloads_tell(const struct payloads *p, const char *out)
{
	if (strcmp(out, "-"))
		msg("%llu packets -> %s", (unsigned long long)p->packets, out);
	if (p->events)
		hint("%llu events have none: skbtrace record -e ip_send,payload=128",
		     (unsigned long long)p->events);
}
