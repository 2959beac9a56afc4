// SPDX-License-Identifier: GPL-2.0
/* Names that D scripts of the network know; states have Linux's numbers. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "provider/provider.h"

static const struct {
	const char *name;
	s64 value;
} constants[] = {
	{ "AF_INET", AF_INET }, { "AF_INET6", AF_INET6 },
	{ "IPPROTO_IP", IPPROTO_IP }, { "IPPROTO_ICMP", IPPROTO_ICMP },
	{ "IPPROTO_IGMP", IPPROTO_IGMP }, { "IPPROTO_TCP", IPPROTO_TCP },
	{ "IPPROTO_UDP", IPPROTO_UDP }, { "IPPROTO_ICMPV6", IPPROTO_ICMPV6 },
	{ "IPPROTO_SCTP", IPPROTO_SCTP }, { "IPPROTO_ESP", IPPROTO_ESP },
	{ "IPPROTO_AH", IPPROTO_AH }, { "NULL", 0 },
	{ "TCP_STATE_ESTABLISHED", TCP_ESTABLISHED },
	{ "TCP_STATE_SYN_SENT", TCP_SYN_SENT },
	{ "TCP_STATE_SYN_RECEIVED", TCP_SYN_RECV },
	{ "TCP_STATE_FIN_WAIT_1", TCP_FIN_WAIT1 },
	{ "TCP_STATE_FIN_WAIT_2", TCP_FIN_WAIT2 },
	{ "TCP_STATE_TIME_WAIT", TCP_TIME_WAIT },
	{ "TCP_STATE_CLOSED", TCP_CLOSE },
	{ "TCP_STATE_CLOSE_WAIT", TCP_CLOSE_WAIT },
	{ "TCP_STATE_LAST_ACK", TCP_LAST_ACK },
	{ "TCP_STATE_LISTEN", TCP_LISTEN },
	{ "TCP_STATE_CLOSING", TCP_CLOSING },
	{ "TH_FIN", 0x01 }, { "TH_SYN", 0x02 }, { "TH_RST", 0x04 },
	{ "TH_PUSH", 0x08 }, { "TH_ACK", 0x10 }, { "TH_URG", 0x20 },
	{ "TH_ECE", 0x40 }, { "TH_CWR", 0x80 },
};

bool constant_find(const char *name, s64 *v)
{
	for (size_t i = 0; i < ARRAY_SIZE(constants); i++)
		if (!strcmp(constants[i].name, name)) {
			*v = constants[i].value;
			return true;
		}
	return false;
}

const char *tcp_state_text(s64 state)
{
	static const char *const words[] = {
		[TCP_ESTABLISHED] = "state-established",
		[TCP_SYN_SENT] = "state-syn-sent",
		[TCP_SYN_RECV] = "state-syn-received",
		[TCP_FIN_WAIT1] = "state-fin-wait-1",
		[TCP_FIN_WAIT2] = "state-fin-wait-2",
		[TCP_TIME_WAIT] = "state-time-wait",
		[TCP_CLOSE] = "state-closed",
		[TCP_CLOSE_WAIT] = "state-close-wait",
		[TCP_LAST_ACK] = "state-last-ack",
		[TCP_LISTEN] = "state-listen",
		[TCP_CLOSING] = "state-closing",
	};

	return state > 0 && state < (s64)ARRAY_SIZE(words) && words[state] ?
	       words[state] : "";
}
