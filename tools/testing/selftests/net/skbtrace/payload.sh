#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# payload=: the first bytes of packets in their events, as tcpdump has them; with
# when=, stacks, filters; held back until a primary fires; of dropped packets; what
# is refused

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packets_lib.sh
. "$(dirname "$0")/packets_lib.sh"
need jq python3 skbtrace tc
packets_up
need_event skb_drop
in_b tc qdisc add dev b0 clsact || skip "no clsact"

# first NAME BYTES WHAT EXPRESSION: of ours and tcpdump's
first() {
	skbtrace pcap --payload -o "$TMP/$1.cap" "$TMP/$1.pcapng" \
		2>"$TMP/pcap.said" || fail "$3: pcap" "$(cat "$TMP/pcap.said")"
	hex "$TMP/$1.pcap" "$4" | cut -c1-$((2 * $2)) | sort >"$TMP/theirs"
	hex "$TMP/$1.cap" "$4" | sort >"$TMP/ours"
	ok "$3: $(wc -l <"$TMP/ours") packets" [ -s "$TMP/ours" ]
	ok "$3: as tcpdump has them" cmp "$TMP/theirs" "$TMP/ours"
}

# --- some bytes of each packet, whatever the memory; all bytes of small ones
begin some -e ip_send,payload=96 -e ip_receive,payload=96
traffic 4 7000
traffic 6 7100
end some 7103
for p in 7000 7100; do
	first some 96 "$p written" "port $p"
	first some 96 "$p file" "port $((p + 1))"
	first some 96 "$p zero copy" "port $((p + 2))"
	first some 96 "$p datagrams" "udp port $((p + 3))"
done
lines=$(skbtrace parse --json "$TMP/some.pcapng" | jq -r 'select(.payload) |
	"\(.payload | length / 2) \([.payload_of, 96] | min)"')
# shellcheck disable=SC2016 # awk's
ok "JSON: as many bytes as are told" awk '$1 != $2 { exit 1 }' <<<"$lines"
ok "JSON: of a packet that is larger" grep -q '^96 ' <<<"$lines"
skbtrace parse "$TMP/some.pcapng" >"$TMP/lines"
ok "text: how many" grep -q ' payload=96$' "$TMP/lines"
skbtrace parse -v "$TMP/some.pcapng" >"$TMP/lines"
ok "text: -v: which" grep -Eq ' payload=96 payload_of=[0-9]+ bytes=45[0-9a-f]{190}$' \
	"$TMP/lines"

# --- what when= and a filter leave
begin large -e 'ip_send,payload=40,when=len>1000' 'port 7201 or port 7200'
traffic 4 7200
end large 7203
first large 40 "when=" "src host $A4 and (tcp dst port 7200 or 7201) and greater 1200"

# --- held back: the bytes are those of then, though memory has been reused
everywhere=1 begin held -e 'ip_send,payload=128,primary=skb_drop' \
	-e skb_drop,only=NO_SOCKET
background in_b sk udp4 bind "$B4" 7300 touch "$TMP/bound" until "$TMP/sent"
sink=$bg
wait_for [ -e "$TMP/bound" ]
background in_a packets_wire.py twice "$B4" 7300 "$TMP"
sender=$bg
wait "$sink"
traffic 4 7400
touch "$TMP/closed"
wait "$sender"
end held 7300
first held 128 "held back" "udp dst port 7300"
is "held back: all of them, and nothing else" \
	"$(skbtrace parse --json "$TMP/held.pcapng" |
		jq -s 'map(select(.event == "ip_send")) | length')" 21

# --- dropped packets: all of them
everywhere=1 begin drops -e skb_drop,only=TC_INGRESS,payload
in_b tc filter add dev b0 ingress protocol ip matchall action gact drop
in_a sk udp4 connect "$B4" 7500 send 5 333
in_a sk udp4 connect "$B4" 7500 send 1 1400
in_b tc filter del dev b0 ingress
end drops 7500
first drops 2048 "dropped" "udp dst port 7500"

# --- with a stack, and the bytes that the header promises
trace_on ip_send,payload=33,stack ip_receive,payload
server in_b udp4 bind "$B4" 7600 touch "$TMP/ready" recv 14
in_a sk udp4 connect "$B4" 7600 send 7 20
in_a sk udp4 connect "$B4" 7600 send 7 2
wait "$server_pid"
trace_off
is "identity" "$(identity)" ""
is "with a stack" "$(count ip_send pport=7600 payload=33 payload_of=48)" 7
is "with a stack: a short packet" "$(count ip_send pport=7600 payload=30)" 7
ok "with a stack: it is there" grep -q ' stack=.* payload=33 ' "$TMP/events"
is "all of a packet" \
	"$(count ip_receive lport=7600 payload=48 payload_of=48)" 7

# --- refused, and what can be read back
refuses ip_send,payload=0 "from 1 to 2048"
refuses ip_send,payload=2049 "from 1 to 2048"
refuses ip_send,payload=2147483648 "from 1 to 2048"
refuses ip_send,payload=-1 "from 1 to 2048"
refuses ip_send,payload= "needs a value"
refuses ip_send,payload=9,capture "writes no event"
refuses tcp_send,payload=9 "no option"
refuses tcp_rttm,payload=9 "no option"
put enabled 'ip_send,payload=64,when=len>9'
is "read back" "$(cat $CTL/enabled)" "ip_send,payload=64,when=len>9"
refuses ip_send,payload=4096 "from 1 to 2048"
is "refused: as before" "$(cat $CTL/enabled)" "ip_send,payload=64,when=len>9"
put enabled ip_receive,payload
like "without a number all that fits" "$(cat $CTL/enabled)" \
	"*ip_receive,payload=2048*"
finish
