#!/usr/bin/env -S skbtrace d -s
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcptop.d - each second, how many bytes of payload each connection has sent and
 * received; the one that has sent most comes last.
 */
#pragma D option quiet

tcp:::send
{
	@sent[args[2]->ip_saddr, args[4]->tcp_sport, args[2]->ip_daddr,
	      args[4]->tcp_dport] =
		sum(args[2]->ip_plength - args[4]->tcp_offset);
}

tcp:::receive
{
	@received[args[2]->ip_daddr, args[4]->tcp_dport, args[2]->ip_saddr,
		  args[4]->tcp_sport] =
		sum(args[2]->ip_plength - args[4]->tcp_offset);
}

tick-1s,
END
{
	printf("\n%-24s %5s %-24s %5s %10s %10s\n", "HERE", "PORT", "PEER",
	       "PORT", "SENT", "RECEIVED");
	printa("%-24s %5d %-24s %5d %@10d %@10d\n", @sent, @received);
	trunc(@sent);
	trunc(@received);
}
