#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device of type skbtrace goes down and up, is deleted, moved, and gets another
# MTU, while events flow: nothing but what it says is lost, and nothing breaks

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send udp_receive ip_send
need frames ip link_new tc
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
# shellcheck source=link_lib.sh
. "$here/link_lib.sh"
net_up

server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 1000000000
background in_a sk udp4 connect $B4 9 times 1000000000 send 5 100 \
	pause 20000 again

# so_far SESSION: events that it has written
so_far() {
	sed -n 's/.* written=\([0-9]*\) .*/\1/p' "$S/$1/stat" |
		awk '{ n += $1 } END { print n + 0 }'
}

# written SESSION COUNT: are they that many?
written() {
	(($(so_far "$1") >= $2))
}

# --- down and up

link_add skbtrace0 one
echo 8192 >"$S/one/subbuf_size"
echo 64 >"$S/one/subbuf_nr"
listen one -i skbtrace0
ip link set skbtrace0 up
printf 'udp_send\nudp_receive\n' >"$TMP/specs"
cat "$TMP/specs" >"$S/one/enabled"
for i in 1 2 3; do
	ok "events are written" wait_for written one $((i * 400))
	ip link set skbtrace0 down
	ok "and more while it is down" wait_for written one $((i * 400 + 100))
	ip link set skbtrace0 up
done
echo '-*' >"$S/one/enabled"
heard one
streams one
is "nothing is missing" "$(said one cpu missing)" 0
is "what is said to be sent has come" "$(said one event received)" \
	"$(said one event sent)"
cp "$S/one/stat" "$TMP/stat"
is "events in frames are events written" \
	"$(said one cpu blocks)" "$(($(stat_sum written names) +
		$(grep -c 'event=LOST' "$TMP/one/events")))"

# --- MTU

cat "$TMP/specs" >"$S/one/enabled"
for mtu in 100 128 1280 9000 65535; do
	ip link set skbtrace0 down
	ok "MTU $mtu" ip link set skbtrace0 mtu $mtu
	listen "mtu$mtu" -n -i skbtrace0
	ip link set skbtrace0 up
	mtu_read() {
		[ "$(sed -n 's/^device //p' "$TMP/mtu$mtu/info" \
			2>/dev/null)" = "skbtrace0 $mtu" ] &&
			grep -q '^sent' "$TMP/mtu$mtu/info"
	}
	ok "MTU $mtu: INFO has come" wait_for mtu_read
	kill -TERM "$listener"
	heard "mtu$mtu"
	is "MTU $mtu: format is whole" \
		"$(diff "$TMP/mtu$mtu/format" "$S/one/format" 2>&1 |
			head -n 3)" ""
done
within "MTU 65535: large frames" \
	"$(sed -n 's/^longest \([0-9]*\) .*/\1/p' "$TMP/mtu65535/said")" \
	10000 65535
# a block is not cut: a text is
within "MTU 100: a block is longer" \
	"$(sed -n 's/^longest \([0-9]*\) .*/\1/p' "$TMP/mtu100/said")" 101 1500
ip link set skbtrace0 mtu 1500

# --- another namespace

ip link set skbtrace0 netns "$A"
is "moved: it is down" "$(ip -n "$A" -o link show up | grep -c skbtrace0)" 0
ip -n "$A" link set skbtrace0 up
mkdir "$TMP/moved"
background in_a frames -n -t "$TMP/moved/ready" -i skbtrace0 "$TMP/moved" \
	>"$TMP/moved/said" 2>"$TMP/moved/bad"
listener=$bg
ok "it sends there" wait_for in_state moved reads
kill -TERM "$listener"
heard moved
ip -n "$A" link set skbtrace0 netns 1
ip link set skbtrace0 up

# --- one with a remote address, deleted while datagrams are on their way

ip link del skbtrace0
for i in 1 2 3; do
	link_new skbtrace0 session one batch $((i % 3)) remote $B4 port 4444
	ip link set skbtrace0 netns "$A"
	ip -n "$A" link set skbtrace0 up
	ok "remote, round $i: events" wait_for written one $(($(so_far one) + 200))
	ip -n "$A" link del skbtrace0
done
link_new skbtrace0 session one
ip link set skbtrace0 up

# --- deleted under load, again and again; with a queue that is full

for i in 1 2 3 4 5; do
	tc qdisc add dev skbtrace0 root tbf rate 100kbit burst 2000 limit 100000
	ok "round $i: events" wait_for written one $(($(so_far one) + 200))
	ip link del skbtrace0
	link_new skbtrace0 session one batch $((i % 3))
	ip link set skbtrace0 up
done
listen after -n -i skbtrace0
ok "the last one sends" wait_for in_state after reads
echo '-*' >"$S/one/enabled"
heard after

# --- two readers: the second one waits until the first has gone

link_new skbtrace1 session one
listen second -n -i skbtrace1
cat "$TMP/specs" >"$S/one/enabled"
ip link set skbtrace1 up
ok "the second one waits" wait_for in_state second "waits: somebody else*"
ip link del skbtrace0
ok "and takes over" wait_for in_state second reads
# the namespace of a device ends
ip link set skbtrace1 netns "$A"
ip -n "$A" link set skbtrace1 up
echo '-*' >"$S/one/enabled"
ip link del skbtrace1 2>/dev/null || ip -n "$A" link del skbtrace1
kill -TERM "$listener" 2>/dev/null
finish
