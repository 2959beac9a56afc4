// SPDX-License-Identifier: GPL-2.0
/*
 * count FILE - the datagrams of blast in a capture file, pcap or pcapng
 *
 * Prints how many there are, and how many different ones.
 */
#include <err.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

#define MOST	(1U << 26)
#define UDP	17
#define UDP_LEN	8

/* Bytes before the IP header */
static size_t link_len(int link, const char *file)
{
	switch (link) {
	case DLT_RAW:
	case DLT_IPV4:
		return 0;
	case DLT_EN10MB:
		return 14;
	}
	errx(1, "%s: link type %d", file, link);
}

/* The number in the packet; false: none of ours */
static int find(const uint8_t *p, size_t len, struct number *n)
{
	size_t ip;

	if (len < 20 || p[0] >> 4 != 4 || p[9] != UDP)
		return 0;
	ip = (p[0] & 15) * 4;
	if (len < ip + UDP_LEN + sizeof(*n))
		return 0;
	memcpy(n, p + ip + UDP_LEN, sizeof(*n));
	return n->magic == NUMBER_MAGIC && n->number < MOST;
}

int main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE];
	unsigned long all = 0, different = 0;
	uint8_t *seen = calloc(MOST, 1);
	struct pcap_pkthdr *h;
	const uint8_t *data;
	struct number n;
	size_t skip;
	pcap_t *p;
	int ret;

	if (argc != 2 || !seen)
		errx(2, "usage: count FILE");
	p = pcap_open_offline(argv[1], why);
	if (!p)
		errx(1, "%s: %s", argv[1], why);
	skip = link_len(pcap_datalink(p), argv[1]);
	while ((ret = pcap_next_ex(p, &h, &data)) == 1) {
		if (h->caplen < skip ||
		    !find(data + skip, h->caplen - skip, &n))
			continue;
		all++;
		different += !seen[n.number];
		seen[n.number] = 1;
	}
	if (ret == PCAP_ERROR)
		errx(1, "%s: %s", argv[1], pcap_geterr(p));
	printf("%lu %lu\n", all, different);
	return 0;
}
