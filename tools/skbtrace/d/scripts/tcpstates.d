#!/usr/bin/env -S skbtrace d -s
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcpstates.d - each change of state of a connection, and how long the state before
 * has lasted; at the end how often each state was left, and how long all of that
 * took, in microseconds.
 */
#pragma D option quiet

BEGIN
{
	start = timestamp;
	since[0] = start;	/* so that it is known below */
}

tcp:::state-change
{
	this->us = since[args[1]->cs_cid] ?
		(timestamp - since[args[1]->cs_cid]) / 1000 : 0;
	printf("%10d %s:%d %s:%d %s -> %s after %d us\n",
	       (timestamp - start) / 1000,
	       args[3]->tcps_laddr, args[3]->tcps_lport,
	       args[3]->tcps_raddr, args[3]->tcps_rport,
	       tcp_state_string[args[5]->tcps_state],
	       tcp_state_string[args[3]->tcps_state], this->us);
}

tcp:::state-change
/since[args[1]->cs_cid]/
{
	@times[tcp_state_string[args[5]->tcps_state]] = count();
	@total[tcp_state_string[args[5]->tcps_state]] = sum(this->us);
}

tcp:::state-change
{
	since[args[1]->cs_cid] =
		args[3]->tcps_state == TCP_STATE_CLOSED ? 0 : timestamp;
}

END
{
	printf("\n%-20s %8s %14s\n", "STATE", "TIMES", "IN-ALL(us)");
	printa("%-20s %@8d %@14d\n", @times, @total);
}
