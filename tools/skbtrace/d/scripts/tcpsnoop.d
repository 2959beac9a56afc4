#!/usr/bin/env -S skbtrace d -s
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcpsnoop.d - each segment: when, which way, its payload and flags, and whether
 * it is sent again. What is received stands with this host on the left, too.
 */
#pragma D option quiet

BEGIN
{
	start = timestamp;
	printf("%10s %-26s    %-26s %6s %s\n", "TIME(us)", "HERE", "PEER",
	       "BYTES", "FLAGS");
}

tcp:::send
{
	printf("%10d %-26s -> %-26s %6d ", (timestamp - start) / 1000,
	       strjoin(strjoin(args[2]->ip_saddr, ":"),
		       lltostr(args[4]->tcp_sport)),
	       strjoin(strjoin(args[2]->ip_daddr, ":"),
		       lltostr(args[4]->tcp_dport)),
	       args[2]->ip_plength - args[4]->tcp_offset);
}

tcp:::receive
{
	printf("%10d %-26s <- %-26s %6d ", (timestamp - start) / 1000,
	       strjoin(strjoin(args[2]->ip_daddr, ":"),
		       lltostr(args[4]->tcp_dport)),
	       strjoin(strjoin(args[2]->ip_saddr, ":"),
		       lltostr(args[4]->tcp_sport)),
	       args[2]->ip_plength - args[4]->tcp_offset);
}

tcp:::send,
tcp:::receive
{
	printf("%s%s%s%s%s%s%s\n",
	       args[4]->tcp_flags & TH_SYN ? "S" : "",
	       args[4]->tcp_flags & TH_FIN ? "F" : "",
	       args[4]->tcp_flags & TH_RST ? "R" : "",
	       args[4]->tcp_flags & TH_PUSH ? "P" : "",
	       args[4]->tcp_flags & TH_URG ? "U" : "",
	       args[4]->tcp_flags & TH_ACK ? "." : "",
	       probename == "send" && args[3]->tcps_retransmit ? " again" : "");
}
