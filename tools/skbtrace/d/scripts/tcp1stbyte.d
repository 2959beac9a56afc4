#!/usr/bin/env -S skbtrace d -s
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcp1stbyte.d - how long after the handshake the first byte of a server comes, in
 * microseconds, as a distribution for each server. A round trip of it is the
 * network's, the rest is the server's program.
 */
#pragma D option quiet

tcp:::connect-established
{
	since[args[1]->cs_cid] = timestamp;
}

tcp:::receive
/since[args[1]->cs_cid] && args[2]->ip_plength > args[4]->tcp_offset/
{
	@took[args[3]->tcps_raddr] =
		quantize((timestamp - since[args[1]->cs_cid]) / 1000);
	since[args[1]->cs_cid] = 0;
}

END
{
	printa("%s, first byte after (us)%@d\n", @took);
}
