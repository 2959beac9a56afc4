// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "wire/headers.h"

static pcap_t *open_capture(const char *file)
{
	char err[PCAP_ERRBUF_SIZE];
	pcap_t *p;

	p = pcap_open_offline_with_tstamp_precision(file,
						    PCAP_TSTAMP_PRECISION_NANO,
						    err);
	if (!p) {
		msg("--with: %s", err);
		hint("a capture as tcpdump -w or Wireshark writes it");
	}
	return p;
}

/* The precision that was asked for puts nanoseconds there. */
static u64 time_of(const struct pcap_pkthdr *h)
{
	return h->ts.tv_sec * NSEC_PER_SEC + h->ts.tv_usec;
}

static void add_to_flow(struct packets *p, const struct addr_pair *a, u32 at)
{
	struct packet_flow *f = hash_get(&p->flows, a);

	if (!f) {
		f = xcalloc(1, sizeof(*f));
		f->a = *a;
		hash_put(&p->flows, f);
	}
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 8;
		f->at = xrealloc(f->at, f->cap * sizeof(*f->at));
	}
	f->at[f->n++] = at;
}

static void add(struct packets *p, const struct pcap_pkthdr *h, const u8 *data)
{
	struct addr_pair a;
	struct packet *k;

	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 1024;
		p->v = xrealloc(p->v, p->cap * sizeof(*p->v));
	}
	k = &p->v[p->n];
	*k = (struct packet){ .time = time_of(h) };
	if (headers_read(p->linktype, data, h->caplen, h->len, &a, k))
		add_to_flow(p, &a, p->n);
	else
		k->proto = 0;
	p->n++;
}

int packets_read(struct packets *p, const char *file)
{
	struct pcap_pkthdr *h;
	const u8 *data;
	pcap_t *c;
	int ret;

	*p = (struct packets){ .file = file };
	p->flows.key_len = sizeof(struct addr_pair);
	c = open_capture(file);
	if (!c)
		return EXIT_FAILED;
	p->linktype = pcap_datalink(c);
	p->snaplen = pcap_snapshot(c);
	while ((ret = pcap_next_ex(c, &h, &data)) == 1)
		add(p, h, data);
	/* What is there of it is good: a tcpdump that was killed */
	if (ret == PCAP_ERROR)
		msg("--with %s: %s; what comes before is read", file,
		    pcap_geterr(c));
	pcap_close(c);
	p->again = open_capture(file);
	return p->again ? 0 : EXIT_FAILED;
}

static void free_flow(void *flow)
{
	free(((struct packet_flow *)flow)->at);
	free(flow);
}

void packets_free(struct packets *p)
{
	for (u32 i = 0; i < p->n; i++)
		free(p->v[i].comment);
	free(p->v);
	hash_free(&p->flows, free_flow);
	if (p->again)
		pcap_close(p->again);
	memset(p, 0, sizeof(*p));
}

const struct packet_flow *packets_flow(const struct packets *p,
				       const struct addr_pair *a)
{
	return hash_get(&p->flows, a);
}

u32 packets_from(const struct packets *p, const struct packet_flow *f, u64 time)
{
	u32 low = 0, high = f->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (p->v[f->at[mid]].time < time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool packets_again(struct packets *p, u64 until, const u8 **data, u32 *len,
		   u32 *wire_len, const struct packet **k)
{
	struct pcap_pkthdr *h;

	if (p->next == p->n || p->v[p->next].time >= until ||
	    pcap_next_ex(p->again, &h, data) != 1)
		return false;
	*len = h->caplen;
	*wire_len = h->len;
	*k = &p->v[p->next++];
	return true;
}
