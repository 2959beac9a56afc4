// SPDX-License-Identifier: GPL-2.0
#include "conn/held.h"

const struct held_word held_words[] = {
	{ "loss", "losses were repaired, or the window was still small by them",
	  true },
	{ "cwnd", "the congestion window was full: the path", true },
	{ "handshake", "it was not established yet", true },
	{ "app", "this program had nothing to send", false },
	{ "peer", "asked, and waited for the answer of the peer's program",
	  false },
	{ "rtt", "the round trips of these answers", false },
	{ "swnd", "the peer's window was full: slow reader, or small buffer",
	  false },
	{ "sndbuf", "the send buffer of this end was full", false },
	{ "nagle", "small writes waited for ACKs: TCP_NODELAY", false },
	{ "tsq", "waited in a queue of this host: a qdisc's or a device's",
	  false },
	{ "pacing", "sent at a rate of fq, BBR or SO_MAX_PACING_RATE", false },
	{ "tso", "waited for an ACK, to send a larger packet", false },
	{ "pushone", "the first packet of a large write was on its way",
	  false },
	{ "frag", "there was no memory to split a packet", false },
	{ "other", "refused by IP or below: a full queue, no route", false },
	{}
};
