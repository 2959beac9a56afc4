// SPDX-License-Identifier: GPL-2.0
/* What all parts of the filters stand on: a look at libpcap, and at words. */
#include <ctype.h>
#include <string.h>

#include "filter/filter.h"

char *filter_try(const char *expr, struct bpf_program *prog, bool optimize)
{
	/* RAW: the kernel shows a packet from its IP header on. */
	pcap_t *p = pcap_open_dead(DLT_RAW, 65535);
	struct bpf_program own;
	char *why = NULL;

	if (!p)
		return xstrdup("libpcap: out of memory");
	if (pcap_compile(p, prog ? prog : &own, expr, optimize,
			 PCAP_NETMASK_UNKNOWN))
		why = xstrdup(pcap_geterr(p));
	else if (!prog)
		pcap_freecode(&own);
	pcap_close(p);
	return why;
}

bool filter_is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-' ||
	       (unsigned char)c >= 0x80;
}

int filter_word(const char *expr, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = expr; n && (p = strstr(p, word)); p++)
		if ((p == expr || !filter_is_name(p[-1])) &&
		    !filter_is_name(p[n]))
			return p - expr;
	return -1;
}
