#!/usr/bin/env -S skbtrace d -s
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcpconnlat.d - how long connect() takes, in microseconds, as a distribution for
 * each host; and how often a host has refused.
 */
#pragma D option quiet

tcp:::connect-request
{
	asked[args[1]->cs_cid] = timestamp;
}

tcp:::connect-established
/asked[args[1]->cs_cid]/
{
	@took[args[3]->tcps_raddr] =
		quantize((timestamp - asked[args[1]->cs_cid]) / 1000);
}

tcp:::connect-refused
{
	@refused[args[3]->tcps_raddr] = count();
}

tcp:::connect-established,
tcp:::connect-refused
{
	asked[args[1]->cs_cid] = 0;
}

END
{
	printa("%s, connected after (us)%@d\n", @took);
	printa("%s refused %@d\n", @refused);
}
