#!/usr/bin/env -S skbtrace d -s
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcpretrans.d - each segment that is sent again: its payload, the state, the
 * congestion window in segments, the slow start threshold in bytes and the RTO in
 * milliseconds; at the end how many went to each peer.
 */
#pragma D option quiet

BEGIN
{
	start = timestamp;
	printf("%10s %-24s    %-24s %6s %-18s %5s %10s %6s\n", "TIME(us)",
	       "HERE", "PEER", "BYTES", "STATE", "CWND", "SSTHRESH", "RTO");
}

tcp:::send
/args[3]->tcps_retransmit/
{
	printf("%10d %-24s -> %-24s %6d %-18s %5d %10u %6d\n",
	       (timestamp - start) / 1000,
	       strjoin(strjoin(args[2]->ip_saddr, ":"),
		       lltostr(args[4]->tcp_sport)),
	       strjoin(strjoin(args[2]->ip_daddr, ":"),
		       lltostr(args[4]->tcp_dport)),
	       args[2]->ip_plength - args[4]->tcp_offset,
	       tcp_state_string[args[3]->tcps_state],
	       args[3]->tcps_cwnd_segs, args[3]->tcps_cwnd_ssthresh,
	       args[3]->tcps_rto);
	@peer[args[2]->ip_daddr] = count();
}

END
{
	printa("%s: sent again %@d\n", @peer);
}
