#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A protocol module from elsewhere: once it is loaded, the kernel traces its event,
# and the program lists and prints it.

. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need jq tc insmod rmmod ip
net_up

# Built by scripts/selftest.sh before the VM starts; else here, if possible
find_sample() {
	local dir top=$here/../../../../.. build
	build=/lib/modules/$(uname -r)/build

	for dir in ${PATH//:/ }; do
		if [ -f "$dir/skbtrace_sample.ko" ]; then
			echo "$dir/skbtrace_sample.ko"
			return
		fi
	done
	[[ -d $top/samples/skbtrace && -d $build ]] || return
	cp -r "$top/samples/skbtrace" "$TMP/sample"
	make -s -C "$build" M="$TMP/sample" \
		SKBTRACE_INCLUDE="$(realpath "$top/include")" \
		>"$TMP/make" 2>&1 || return
	echo "$TMP/sample/skbtrace_sample.ko"
}

sample=$(find_sample)
[ -n "$sample" ] || skip "there is no skbtrace_sample.ko"

# shellcheck disable=SC2317 # called by cleanup
unload() {
	rmmod skbtrace_sample 2>/dev/null
}
at_end=unload

# jq_is WHAT WANTED ARGUMENT...: what jq prints
jq_is() {
	is "$1" "$(jq -r "${@:3}" 2>&1)" "$2"
}

is "its event is unknown" "$(grep -c sample_xmit $CTL/format)" 0
echo sample_xmit 2>/dev/null >$CTL/enabled && fail "it can be enabled"
ok "it loads" insmod "$sample"
cat $CTL/format >"$TMP/format"

# --- list

skbtrace list sample_xmit >"$TMP/list" 2>&1
like "list: help" "$(<"$TMP/list")" "*A packet is handed to the driver*"
like "list: a field" "$(<"$TMP/list")" "*wait*due to leave*"

# --- record over a wire that takes 50 ms; witnesses: TCP_INFO, the device

in_a tc qdisc add dev a0 root netem delay 50ms || skip "no netem"
server in_b tcp4 bind "$B4" 5000 listen 5 touch "$TMP/ready" accept eof
trace_on sample_xmit
background in_a sk tcp4 connect "$B4" 5000 port write 20000 acked info \
	touch "$TMP/sent" until "$TMP/go" close >"$TMP/client"
client=$bg
wait_for [ -e "$TMP/sent" ] || die "the client does not get on"
wait_for drained in_a a0
trace_off
touch "$TMP/go"
wait "$client" "$server_pid"
# shellcheck disable=SC2119
is "identity" "$(identity)" ""

skbtrace parse --format "$TMP/format" --json "$TMP"/cpu* >"$TMP/json"
port=$(value port "$TMP/client")
netns=$(stat -L -c %i "/run/netns/$A")
jq -c "select(.event == \"sample_xmit\" and .netns == $netns and
	.lport == $port and .pport == 5000)" "$TMP/json" >"$TMP/mine"
jq_is "JSON: as many segments as TCP has sent" "$(value segs_out "$TMP/client")" \
	-s 'map(.segs) | add' "$TMP/mine"
jq_is "JSON: addresses" "$A4 $B4" -s 'map("\(.local) \(.peer)") | unique[]' \
	"$TMP/mine"
jq_is "JSON: the device" "$(ip -n "$A" -j link show a0 | jq '.[].ifindex')" -s \
	'map(.ifindex) | unique[]' "$TMP/mine"
jq_is "JSON: every packet has waited 50 ms" true \
	-s 'map(.wait_ns) | length > 0 and min >= 50000000' "$TMP/mine"
jq_is "JSON: words of the module's own enum" true \
	-s 'length > 0 and all(.csum == "PARTIAL" or .csum == "NONE")' \
	"$TMP/mine"
skbtrace parse --format "$TMP/format" "$TMP"/cpu* >"$TMP/text"
is "text: as many lines" \
	"$(grep -c "sample_xmit .*$A4:$port>$B4:5000" "$TMP/text")" \
	"$(wc -l <"$TMP/mine")"
ok "text: units and words" grep -qE \
	"sample_xmit .*csum=PARTIAL .*wait=[0-9]+\.[0-9]{3}ms" "$TMP/text"

# --- skip= and only= by its words

echo sample_xmit,only=NOSUCH 2>/dev/null >$CTL/enabled &&
	fail "a word that it does not have is taken"
like "a word that it does not have" "$(<$CTL/error)" "*NOSUCH*sample_csum*"
in_a tc qdisc del dev a0 root
trace_on sample_xmit,only=COMPLETE
in_a sk udp4 connect "$B4" 9 send 1 10
trace_off
is "only=: the others are counted" "$(stat_sum written)" 0
within "only=: how many" "$(stat_sum skipped)" 1 1000

# --- unloaded

echo sample_xmit >$CTL/enabled
rmmod skbtrace_sample 2>/dev/null && fail "it is unloaded while in use"
echo '-*' >$CTL/enabled
ok "it is unloaded" rmmod skbtrace_sample
is "its event is gone" "$(grep -c sample_xmit $CTL/format)" 0
finish
