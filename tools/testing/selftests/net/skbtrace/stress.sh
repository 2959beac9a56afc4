#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Tracing is started, stopped, changed, owned and killed on all CPUs at once, under
# traffic; the counters must add up at the end. STRESS_SECONDS: how long, default 10

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send udp_receive tcp_connection tcp_rttm skb_drop
net_up
STRESS_SECONDS=${STRESS_SECONDS:-10}

for f in 4 6; do
	server in_b "udp$f" bind "$(addr B $f)" 9 touch "$TMP/ready" \
		recv 1000000000
	background in_a sk "udp$f" connect "$(addr B $f)" 9 \
		times 1000000000 send 10 100 pause 2000 again
	server in_b "tcp$f" bind "$(addr B $f)" 5000 listen 50 \
		touch "$TMP/ready" times 1000000000 accept try eof again
	background in_a sk times 1000000000 "tcp$f" connect "$(addr B $f)" 5000 \
		write 1000 abort close pause 2000 again
done >/dev/null

# Each of these may be refused at any moment; none may break anything
switch() {
	local all=(udp_send udp_receive tcp_connection tcp_rttm skb_drop
		   "tcp_connection,only=CLOSE" "skb_drop,skip=NO_SOCKET"
		   "tcp_rttm,when=rtt>100us" "udp_receive,when=sk!=0,snapshot"
		   "udp_send,primary=udp_receive,before=8,after=3"
		   "udp_send,primary=udp_send[len>50&&lport>0],stack"
		   "tcp_rttm,primary=tcp_connection:skb_drop,before=1s"
		   "skb_drop,primary=tcp_rttm[rtt>1us]:udp_receive,after=5ms"
		   "tcp_connection,primary=tcp_rttm")
	local e=${all[RANDOM % ${#all[@]}]}
	((RANDOM % 3)) || e=-${e%%,*}
	echo "$e" >"$CTL/enabled"
}

stop() {
	((RANDOM % 4)) || echo '-*' >"$CTL/enabled"
}

settings() {
	echo $((4096 << RANDOM % 4)) >"$CTL/subbuf_size"
	echo $((2 + RANDOM % 6)) >"$CTL/subbuf_nr"
	echo $((RANDOM % 3 * 262144)) >"$CTL/hold"
	echo 1 >"$CTL/keyframes"
	echo 1 >"$CTL/dropped"
	echo "${contexts[RANDOM % 3]}" >"$CTL/contexts"
	cat "$CTL/stat" "$CTL/enabled" "$CTL/format"
}
contexts=("task softirq" task "task softirq hardirq")

reader() {
	timeout -s KILL 0.3 cat "$CTL/trace.cpu$((RANDOM % 2))"
}

owner() {
	timeout -s KILL 0.2 bash -c \
		"exec 3>$CTL/owner &&
		 echo 'udp_send,primary=udp_send[len>50]' >$CTL/enabled &&
		 cat $CTL/trace.cpu0"
}

# forever FUNCTION: until $TMP/run is gone
forever() {
	while [ -e "$TMP/run" ]; do
		"$1"
	done >/dev/null 2>&1
}

touch "$TMP/run"
workers=()
for w in switch stop settings reader reader owner; do
	forever $w &
	workers+=($!)
done
end=$((SECONDS + STRESS_SECONDS))
while ((SECONDS < end)); do
	tick
done
rm "$TMP/run"
wait "${workers[@]}"
pass "alive after $STRESS_SECONDS s"

# Tracing still works. Sessions of killed owners may still be ending.
unowned() {
	[ "$(cat "$CTL/owner")" = none ]
}
ok "nobody owns it" wait_for unowned
echo '-*' >"$CTL/enabled"
is "nothing is on" "$(cat "$CTL/enabled")" ""
echo 16M >"$CTL/hold"
echo 65536 >"$CTL/subbuf_size"
echo task softirq hardirq >"$CTL/contexts"
trace_on udp_send udp_receive tcp_connection
many() {
	local n
	n=$(grep -o ' hits=[0-9]*' "$CTL/stat" | head -n 1)
	((${n#*=} > 200))
}
ok "it traces" wait_for many
QUIET=1
trace_off
is "identity" "$(identity)" ""
# memory of a run that is over is freed when the next one begins
for _ in 1 2; do
	echo udp_send >"$CTL/enabled"
	echo '-*' >"$CTL/enabled"
done
freed() {
	grep -q ' hold_bytes=0 ' "$CTL/stat"
}
ok "no memory is held" wait_for freed
is "no module in use" "$(module_users)" 0
finish
