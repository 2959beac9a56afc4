// SPDX-License-Identifier: GPL-2.0
/* How a wrong expression is shown, and what to write in its place. */
#include <string.h>

#include "filter/filter.h"

enum { WINDOW = 70, BEFORE = 50 };

/* Columns, as a terminal counts them, of the first @n bytes. */
static int columns(const char *s, int n)
{
	int cols = 0;

	for (int i = 0; i < n; i++)
		cols += ((unsigned char)s[i] & 0xc0) != 0x80;
	return cols;
}

/* Back to where a character begins. */
static int align(const char *s, int at)
{
	while (at > 0 && ((unsigned char)s[at] & 0xc0) == 0x80)
		at--;
	return at;
}

void filter_caret(const char *expr, int at)
{
	int len = strlen(expr), from = 0, to = len;
	const char *left = "", *right = "";

	/* Of a long one the part around the place. */
	if (len > WINDOW) {
		from = at > BEFORE ? align(expr, at - BEFORE) : 0;
		to = len - from > WINDOW ? align(expr, from + WINDOW) : len;
		left = from ? "..." : "";
		right = to < len ? "..." : "";
	}
	hint("%s%.*s%s", left, to - from, expr + from, right);
	if (at >= 0)
		hint("%*s^", (int)strlen(left) +
		     columns(expr + from, at - from), "");
}

static const char no_link[] =
	"there is no link layer here, packets begin with their IP header;"
	" --dev chooses an interface";
static const char no_tunnel[] =
	"only the IP header and what follows is seen, not what was around it";
static const char ip_only[] = "only IPv4 and IPv6 packets are seen";
static const char say_side[] =
	"src and dst tell the side: src is the local one of a connection";

/* Words that pcap has and that cannot work, and what to do then. */
static const struct {
	const char *word, *advice;
} advices[] = {
	{ "vlan", no_tunnel }, { "mpls", no_tunnel }, { "pppoed", no_tunnel },
	{ "pppoes", no_tunnel }, { "geneve", no_tunnel },
	{ "vxlan", no_tunnel },
	{ "ether", no_link }, { "link", no_link }, { "wlan", no_link },
	{ "fddi", no_link }, { "tr", no_link }, { "lane", no_link },
	{ "ppp", no_link }, { "slip", no_link },
	{ "broadcast", "dst host ADDRESS, or ip multicast" },
	{ "multicast", "ip multicast, or ip6 multicast" },
	{ "gateway", "host ADDRESS" },
	{ "inbound", say_side }, { "outbound", say_side },
	{ "ifname", "--dev NAME" }, { "on", "--dev NAME" },
	{ "ifindex", "--dev INDEX" },
	{ "protochain", "ip proto and ip6 proto look at the header itself" },
	{ "arp", ip_only }, { "rarp", ip_only }, { "atalk", ip_only },
	{ "aarp", ip_only }, { "decnet", ip_only }, { "iso", ip_only },
	{ "stp", ip_only }, { "ipx", ip_only }, { "netbeui", ip_only },
};

void filter_advise(const char *expr, enum filter_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(advices); i++) {
		if (filter_word(expr, advices[i].word) < 0)
			continue;
		if (advices[i].advice == say_side && kind != FILTER_CONN)
			hint("src and dst host tell the direction");
		else
			hint("%s", advices[i].advice);
		return;
	}
}
