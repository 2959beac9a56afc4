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

# ---- which comparisons of a predicate the kernel does

while IFS='	' read -r program want; do
	run d -q "$program"
	want=${want//ASKS/"$asks"} want=${want//DONE/"$made"}
	want=${want//TAKEN/"$taken"} want=${want//REFUSED/"$refused"}
	ok "d $program" enabled "$(echo -e "$want")"
done <<'E'
tcp:::send	tcp_send
tcp:::send /args[4]->tcp_dport == 80/	tcp_send,when=pport==80
tcp:::receive /args[4]->tcp_dport == 80/	tcp_receive,when=lport==80
tcp:::receive /80 == args[4]->tcp_sport/	tcp_receive,when=pport==80
tcp:::send /args[3]->tcps_lport < 1024 && 100 < args[4]->tcp_window/	tcp_send,when=lport<1024&&window>100
tcp:::send /args[3]->tcps_retransmit/	tcp_send,when=how==again
tcp:::send /args[3]->tcps_retransmit == 1/	tcp_send,when=how==again
tcp:::send /args[3]->tcps_retransmit == 0/	tcp_send
BEGIN {x = 1;} tcp:::send /x == 1 && args[3]->tcps_mss > 1000/	tcp_send,when=mss>1000
tcp:::send /args[3]->tcps_mss < 1000/	tcp_send
tcp:::send /args[4]->tcp_dport == 80 || args[4]->tcp_dport == 81/	tcp_send
tcp:::send /args[4]->tcp_dport == 80/ {} tcp:::send /args[4]->tcp_dport == 81/	tcp_send,when=pport==80||pport==81
tcp:::send /args[4]->tcp_dport == 80/ {} tcp:::send	tcp_send
tcp:::send /x++ < 5 && args[4]->tcp_dport == 80/	tcp_send
tcp:::send /args[4]->tcp_dport == 80 && x++ < 5/	tcp_send,when=pport==80
BEGIN {x = 1;} tcp:::send /1 % x && args[4]->tcp_dport == 80/	tcp_send
tcp:::send /args[4]->tcp_dport == 70000/	tcp_send
tcp:::send /args[4]->tcp_flags == 2/	tcp_send
tcp:::send /args[4]->tcp_dport + 1 == 80/	tcp_send
ip:::send /args[4]->ipv4_ttl == 1/	ip_send
ip:::send /args[2]->ip_plength > 1000 && args[3]->if_index == 3/	ip_send,when=ifindex==3
tcp:::connect-request	tcp_connection,when=ASKS
tcp:::connect-*	tcp_connection,when=ASKS||DONE||REFUSED
tcp:::send /args[4]->tcp_window > 1 && args[4]->tcp_urgent > 1 && args[4]->tcp_window > 2 && args[4]->tcp_window > 3/ {} tcp:::send /args[4]->tcp_window > 1 && args[4]->tcp_urgent > 2 && args[4]->tcp_window > 2 && args[4]->tcp_window > 4/	tcp_send,when=window>1&&urgent>1&&window>2&&window>3||window>1&&urgent>2&&window>2&&window>4
tcp:::send /args[4]->tcp_window > 1 && args[4]->tcp_window > 2 && args[4]->tcp_window > 3 && args[4]->tcp_window > 4 && args[4]->tcp_window > 5 && args[4]->tcp_window > 6 && args[4]->tcp_window > 7 && args[4]->tcp_window > 8 && args[4]->tcp_window > 9/	tcp_send
E

echo "1..$n"
exit "${failed:-0}"
