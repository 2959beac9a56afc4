#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# -e with probes of the providers: which events, with which conditions. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"

fresh
options=skip:only:when:primary:before:after:stack:snapshot
while read -r nr name kind state; do
	cat <<-END
	event $nr $name module=tcp kind=$kind role=event len=40 key=sk state=$state stability=Evolving sets=life selector=- opts=$options
	 help An event.
	 why needs the kernel patch
	 field a u64 32 - brief a number
	END
done >>d/skbtrace/format <<END
201 icsk_connection conn exact
102 tcp_connection conn exact
112 tcp_send packet exact
113 tcp_receive packet exact
401 ip_send packet exact
402 ip_receive packet exact
301 udp_send packet unavailable
END
asks='old==CLOSE&&state==SYN_SENT'
made='old==SYN_SENT&&state==ESTABLISHED'
refused='old==SYN_SENT&&state==CLOSE&&err==ECONNREFUSED'
taken='old==SYN_RECV&&state==ESTABLISHED'

while IFS=' ' read -r spec want; do
	run record -q -f -o e.dat -e "$spec"
	want=${want//ASKS/"$asks"} want=${want//DONE/"$made"}
	want=${want//TAKEN/"$taken"} want=${want//REFUSED/"$refused"}
	ok "-e $spec" enabled "$(echo -e "$want")"
done <<'E'
tcp:::send tcp_send
tcp:::send,ip:::receive tcp_send\nip_receive
ip::: ip_send\nip_receive
tcp:::send,stack,tcp_rttm tcp_send,stack\ntcp_rttm
tcp:::send,when=len>100 tcp_send,when=len>100
tcp:tcp:tcp_send:send tcp_send
tcp:::connect-request tcp_connection,when=ASKS
tcp:::connect-request,tcp:::connect-refused tcp_connection,when=ASKS||REFUSED
tcp:::connect-refused,when=a==1 tcp_connection,when=REFUSED&&a==1
tcp:::connect-e*,when=a==1||a==2 tcp_connection,when=DONE&&a==1||DONE&&a==2
tcp:::*-established tcp_connection,when=DONE||TAKEN
tcp:::state-change tcp_connection\nicsk_connection
tcp:::connect-refused,tcp:::state-change tcp_connection\nicsk_connection
tcp:::connect-refused,tcp_connection tcp_connection
tcp_connection,tcp:::connect-refused tcp_connection
tcp_rttm,primary=tcp:::connect-refused tcp_rttm,primary=tcp_connection[REFUSED]
tcp_rttm,primary=tcp_send:tcp:::connect-refused[a>1],before=2 tcp_rttm,primary=tcp_send:tcp_connection[REFUSED&&a>1],before=2
tcp_rttm,primary=tcp:::send:ip:::send tcp_rttm,primary=tcp_send:ip_send
tcp:::send,primary=tcp:::state-change tcp_send,primary=tcp_connection:icsk_connection
E

while IFS='|' read -r spec code text; do
	run record -o e2.dat -e "$spec"
	ok "-e $spec: refused" fails "$code" "$text"
done <<'E'
tcp:::sent|2|no probe matches "tcp:::sent"
nosuch:::send|2|no probe matches "nosuch:::send"
sctp:::send|2|sctp:::send is unavailable: no event of SCTP is recorded
BEGIN:|2|no probe matches
udp:::send|1|udp_send is not available on this kernel: needs the kernel patch
udp:::receive|2|no event "udp_receive"
a:b:c:d:e|2|PROVIDER:MODULE:FUNCTION:NAME
tcp_rttm,primary=tcp:::sent|2|no probe matches "tcp:::sent"
tcp_connection,when=a==1,tcp:::connect-refused|2|tcp_connection has options twice
tcp:::connect-refused,tcp_connection,when=a==1|2|tcp_connection has options twice
E
ok "nothing was recorded" test ! -e e2.dat

echo "1..$n"
exit $failed
