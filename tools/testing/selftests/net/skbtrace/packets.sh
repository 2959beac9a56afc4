#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# record --packets: the packets of a connection or of all, byte for byte as tcpdump
# has them, however they lie in memory; what is refused; what is lost is counted.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packets_lib.sh
. "$(dirname "$0")/packets_lib.sh"
need setpriv skbtrace tcpdump
packets_up

# --- all of it, whatever the memory
begin all --packets
traffic 4 6000
traffic 6 6100
end all 6103
for p in 6000 6100; do
	same all "$p written" "port $p"
	same all "$p file" "port $((p + 1))"
	same all "$p zero copy" "port $((p + 2))"
	same all "$p datagrams" "udp port $((p + 3))"
done
ok "none lost" grep -q 'none lost' "$TMP/all.said"

# --- one connection, the first bytes of each packet, beside events
begin some --packets=96 -e tcp_rttm "port 6201"
traffic 4 6200
end some 6203
is "only that connection" "$(hex "$TMP/some.pcapng.pcapng" "not port 6201" |
	wc -l)" 0
hex "$TMP/some.pcap" "port 6201" | cut -c1-192 | sort >"$TMP/theirs"
hex "$TMP/some.pcapng.pcapng" "port 6201" | sort >"$TMP/ours"
ok "some bytes: $(wc -l <"$TMP/ours") packets" [ -s "$TMP/ours" ]
ok "some bytes: the first 96" cmp "$TMP/theirs" "$TMP/ours"
ok "events, too" [ "$(skbtrace parse -i "$TMP/some.pcapng" -e tcp_rttm |
	wc -l)" -gt 2 ]

# --- by hand
refuses ip_send,capture=262145 "from 1 to 262144"
refuses ip_send,capture=0 "from 1 to 262144"
refuses ip_send,capture=2147483648 "from 1 to 262144"
refuses ip_send,capture=-1 "from 1 to 262144"
refuses ip_send,capture,when=len\>1 "writes no event"
refuses ip_send,capture,stack "writes no event"
refuses tcp_rttm,capture "no option"
ok "packets: nothing, nowhere" [ ! -s $CTL/packets -a ! -e $CTL/packets.cpu0 ]
put enabled ip_send,capture
like "capture is all" "$(cat $CTL/enabled)" "ip_send,capture=262144*"
exec 7<$CTL/packets.cpu0
if cat $CTL/packets.cpu0 >"$TMP/none" 2>"$TMP/busy"; then
	fail "a second reader"
else
	like "a second reader" "$(cat "$TMP/busy")" "*busy*"
fi
exec 7<&-
for cap in net_raw net_admin; do
	if setpriv --bounding-set -$cap --inh-caps -$cap \
		cat $CTL/packets.cpu0 >"$TMP/none" 2>"$TMP/denied"; then
		fail "without $cap"
	else
		like "without $cap" "$(cat "$TMP/denied")" "*not permitted*"
	fi
done

# --- nobody reads: given up after a while, and nothing is kept then
given_up() {
	[ "$(counts stale)" = "$(counts captured)" ]
}
traffic 4 6300
ok "captured" [ "$(counts captured)" -gt 20 ]
wait_for given_up || fail "what is unread for 5 s is given up"
is "given up: nothing is pinned" "$(counts pinned)" 0
put enabled '-*'

# --- the next run has files of its own
put enabled ip_send,capture
readers=()
for f in "$CTL"/packets.cpu*; do
	background cat "$f" >"$TMP/$(basename "$f")"
	readers+=("$bg")
done
traffic 4 6350
put enabled '-*'
wait "${readers[@]}"
ok "the next run: it can be read, to its end" \
	[ "$(cat "$TMP"/packets.cpu* | wc -c)" -gt 900000 ]

# --- no space on the disk
mkdir "$TMP/small"
mount -t tmpfs -o size=64k none "$TMP/small"
background skbtrace record --packets -o "$TMP/small/x.pcapng" 2>"$TMP/said"
recorder=$bg
wait_for tracing 1 || die "record does not start"
traffic 4 6400
# it ends by itself
wait "$recorder" && fail "a full disk: exit status"
like "a full disk: said" "$(cat "$TMP/said")" "*cannot write*No space left*"
ok "a full disk: what is there can be read" \
	tcpdump -nn -c 3 -r "$TMP/small/x.pcapng" 2>/dev/null
umount "$TMP/small"

# --- no command, no file
skbtrace record --packets -o "$TMP/none.pcapng" -- /nonexistent 2>"$TMP/said"
is "a command that is not there: exit status" $? 127
ok "a command that is not there: no file" [ ! -e "$TMP/none.pcapng" ]

# --- the reader is killed
background skbtrace record --packets -f -o "$TMP/all.pcapng" 2>"$TMP/said"
recorder=$bg
wait_for tracing 1 || die "record does not start"
traffic 4 6500
kill -KILL "$recorder"
wait "$recorder" 2>/dev/null
wait_for tracing 0 || fail "a killed reader: the session ends"
finish
