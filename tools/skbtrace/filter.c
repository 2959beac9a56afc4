// SPDX-License-Identifier: GPL-2.0
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl.h"
#include "filter.h"

/* As "tcpdump -y RAW -ddd" prints it: the count, then a line for each. */
static char *program_text(const struct bpf_program *p)
{
	size_t room = 16 + (size_t)p->bf_len * 40, n;
	char *s = xmalloc(room);

	n = snprintf(s, room, "%u\n", p->bf_len);
	for (unsigned int i = 0; i < p->bf_len; i++) {
		const struct bpf_insn *b = &p->bf_insns[i];

		n += snprintf(s + n, room - n, "%u %u %u %u\n", b->code,
			      b->jt, b->jf, b->k);
	}
	return s;
}

static int set(const struct ctl *c, const char *file, const char *expr)
{
	struct bpf_program prog;
	pcap_t *p;
	char *text;
	int code;

	if (!ctl_exists(c, file)) {
		msg("filters are not available in this version");
		hint("record without \"%s\", then choose with "
		     "skbtrace parse --conn", expr);
		return EXIT_USAGE;
	}
	/* RAW: the kernel shows a packet from its IP header on. */
	p = pcap_open_dead(DLT_RAW, 65535);
	if (!p)
		return fail(EXIT_FAILED, "libpcap: out of memory");
	if (pcap_compile(p, &prog, expr, 1, PCAP_NETMASK_UNKNOWN)) {
		code = fail(EXIT_USAGE, "filter \"%s\": %s", expr,
			    pcap_geterr(p));
		pcap_close(p);
		return code;
	}
	text = program_text(&prog);
	code = ctl_write(c, file, text);
	free(text);
	pcap_freecode(&prog);
	pcap_close(p);
	return code;
}

int filter_set(const struct ctl *c, const struct recopt *o)
{
	int code = 0;

	if (o->conn_filter)
		code = set(c, "sock_filters", o->conn_filter);
	if (!code && o->packet_filter)
		code = set(c, "filters", o->packet_filter);
	return code;
}
