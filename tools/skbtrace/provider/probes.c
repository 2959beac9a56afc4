// SPDX-License-Identifier: GPL-2.0
/*
 * The probes. Their arguments are what illumos and Oracle's DTrace document, in
 * their order; module and function say where we have it from, and are private.
 */
#include <errno.h>
#include <fnmatch.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "provider/provider.h"

/* A reset that a listener sends, or that is sent for no socket */
static bool accept_refused(const struct firing *f)
{
	return f->tx && (!firing_has(f, COL_state) ||
			 firing_col(f, COL_state) == TCP_LISTEN);
}

#define IP_ARGS	.args = { &info_pkt, &info_cs, &info_ip, &info_if, &info_ip4, \
			  &info_ip6 }, .nargs = 6
#define TCP_ARGS .args = { &info_pkt, &info_cs, &info_ip, &info_tcps, \
			   &info_tcp }, .nargs = 5
#define UDP_ARGS .args = { &info_pkt, &info_cs, &info_ip, &info_udps, \
			   &info_udp }, .nargs = 5
#define STATE_ARGS .args = { NULL, &info_cs, NULL, &info_tcps, NULL, \
			     &info_tcpls }, .nargs = 6

const struct probe probes[] = {
	{ .provider = "dtrace", .name = "BEGIN" },
	{ .provider = "dtrace", .name = "END" },
	{ .provider = "ip", .module = "ip", .name = "send",
	  .event = { "ip_send" }, .by = BY_IP, IP_ARGS },
	{ .provider = "ip", .module = "ip", .name = "receive",
	  .event = { "ip_receive" }, .by = BY_IP, IP_ARGS },
	{ .provider = "tcp", .module = "tcp", .name = "send",
	  .event = { "tcp_send" }, .by = BY_SEGMENT, TCP_ARGS,
	  .how = "what TCP hands to IP, also without a socket" },
	{ .provider = "tcp", .module = "tcp", .name = "receive",
	  .event = { "tcp_receive" }, .by = BY_SEGMENT, TCP_ARGS,
	  .how = "what TCP is handed, also if there is no socket for it" },
	{ .provider = "tcp", .module = "tcp", .name = "connect-request",
	  .event = { "tcp_connection" }, .by = BY_STATE,
	  .whole = "tcp_state", TCP_ARGS, .tx = true,
	  .from = TCP_CLOSE, .to = TCP_SYN_SENT, .had = HAD_EXACT,
	  .how = "once for each connect(), not for each SYN" },
	{ .provider = "tcp", .module = "tcp", .name = "connect-established",
	  .event = { "tcp_connection" }, .by = BY_STATE,
	  .whole = "tcp_state", TCP_ARGS,
	  .from = TCP_SYN_SENT, .to = TCP_ESTABLISHED },
	{ .provider = "tcp", .module = "tcp", .name = "connect-refused",
	  .event = { "tcp_connection" }, .by = BY_STATE,
	  .whole = "tcp_state", TCP_ARGS,
	  .from = TCP_SYN_SENT, .to = TCP_CLOSE,
	  .err = ECONNREFUSED },
	{ .provider = "tcp", .module = "tcp", .name = "accept-established",
	  .event = { "tcp_connection" }, .by = BY_STATE,
	  .whole = "tcp_state", TCP_ARGS,
	  .from = TCP_SYN_RECV, .to = TCP_ESTABLISHED },
	{ .provider = "tcp", .module = "tcp", .name = "accept-refused",
	  .event = { "tcp_reset" }, .by = BY_RESET, TCP_ARGS, .tx = true,
	  .fires = accept_refused, .had = HAD_INFERRED,
	  .how = "a reset sent by a listener or for no socket, whatever it"
		 " answers; what a connection has is 0" },
	{ .provider = "tcp", .module = "tcp", .name = "state-change",
	  .event = { "tcp_connection", "icsk_connection" }, .by = BY_STATE,
	  .whole = "tcp_state", STATE_ARGS, .had = HAD_EXACT,
	  .how = "a listener's child enters SYN_RECEIVED when it leaves it" },
	{ .provider = "udp", .module = "udp", .name = "send",
	  .event = { "udp_send" }, .by = BY_DATAGRAM, UDP_ARGS },
	{ .provider = "udp", .module = "udp", .name = "receive",
	  .event = { "udp_receive" }, .by = BY_DATAGRAM, UDP_ARGS },
	{ .provider = "sctp", .name = "send", .had = HAD_NOT,
	  .how = "no event of SCTP is recorded" },
	{ .provider = "sctp", .name = "receive", .had = HAD_NOT,
	  .how = "no event of SCTP is recorded" },
	/* last, as others have had their numbers for longer */
	{ .provider = "dtrace", .name = "ERROR" },
};

const u32 nr_probes = ARRAY_SIZE(probes);

/* ---- when they fire ---- */

bool probe_fires(const struct firing *f)
{
	const struct probe *p = f->probe;

	if (p->to && (firing_col(f, COL_old) != p->from ||
		      firing_col(f, COL_state) != p->to ||
		      (p->err && firing_col(f, COL_err) != (u64)p->err)))
		return false;
	return !p->fires || p->fires(f);
}

/* As the kernel's "format" calls them */
static const char *state_word(u8 state)
{
	static const char *const words[] = {
		[TCP_ESTABLISHED] = "ESTABLISHED", [TCP_SYN_SENT] = "SYN_SENT",
		[TCP_SYN_RECV] = "SYN_RECV", [TCP_CLOSE] = "CLOSE",
	};

	return words[state];
}

char *probe_when(char buf[PROBE_WHEN], const struct probe *p)
{
	*buf = 0;
	if (p->to)
		snprintf(buf, PROBE_WHEN, "old==%s&&state==%s%s",
			 state_word(p->from), state_word(p->to),
			 p->err == ECONNREFUSED ? "&&err==ECONNREFUSED" : "");
	else if (p->by == BY_RESET)
		snprintf(buf, PROBE_WHEN, "dir==%s", p->tx ? "tx" : "rx");
	return buf;
}

/* ---- descriptions ---- */

bool probe_spec_parse(const char *text, size_t len, struct probe_spec *s)
{
	const char *end = text + len;
	int parts = 1, i;

	memset(s, 0, sizeof(*s));
	for (const char *p = text; p < end; p++)
		parts += *p == ':';
	if (parts > 4)
		return false;
	for (i = 4 - parts; i < 4; i++) {
		size_t n = 0;

		while (text + n < end && text[n] != ':')
			n++;
		if (n >= sizeof(s->part[i]))
			return false;
		memcpy(s->part[i], text, n);
		text += n + 1;
	}
	return true;
}

static bool part_matches(const char *pattern, const char *text)
{
	return !*pattern || !fnmatch(pattern, text ? text : "", 0);
}

bool probe_matches(const struct probe *p, const struct probe_spec *s)
{
	return part_matches(s->part[0], p->provider) &&
	       part_matches(s->part[1], p->module) &&
	       part_matches(s->part[2], p->event[0]) &&
	       part_matches(s->part[3], p->name);
}

const char *event_whole(const char *event)
{
	for (u32 i = 0; i < nr_probes; i++)
		if (probes[i].whole && !strcmp(probes[i].event[0], event))
			return probes[i].whole;
	return NULL;
}

const char *probe_event(const struct probe *p, u32 i, bool whole)
{
	if (i >= MAX_MADE_OF)
		return NULL;
	return !i && whole && p->whole ? p->whole : p->event[i];
}

bool probe_made_of(const struct probe *p, const char *event)
{
	if (p->whole && !strcmp(p->whole, event))
		return true;
	for (u32 i = 0; i < MAX_MADE_OF && p->event[i]; i++)
		if (!strcmp(p->event[i], event))
			return true;
	return false;
}

static int no_probe(const char *text, const struct probe *not_there)
{
	if (not_there)
		msg("%s is unavailable: %s", text, not_there->how);
	else
		msg("no probe matches \"%s\"", text);
	hint("skbtrace list -l shows all");
	return EXIT_USAGE;
}

int probe_each(const char *text,
	       void (*fn)(void *arg, const struct probe *p), void *arg)
{
	const struct probe *not_there = NULL;
	struct probe_spec spec;
	bool found = false;

	if (!probe_spec_parse(text, strlen(text), &spec))
		return fail(EXIT_USAGE,
			    "\"%s\" is no probe: PROVIDER:MODULE:FUNCTION:NAME",
			    text);
	for (u32 i = 0; i < nr_probes; i++) {
		const struct probe *p = &probes[i];

		if (!probe_matches(p, &spec))
			continue;
		if (p->had == HAD_NOT)
			not_there = p;
		if (!p->event[0])
			continue;
		fn(arg, p);
		found = true;
	}
	return found ? 0 : no_probe(text, not_there);
}
