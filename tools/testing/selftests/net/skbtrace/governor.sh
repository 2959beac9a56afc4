#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# max_cost: under constant load probes take no more than that share of the CPUs'
# time, on average. What is left out for it is counted, to the datagram, and told
# in the stream. When the load is over, all is recorded again.
#
# How much one takes is compared with another only where the clock counts
# instructions ($COUNTED): by another clock a probe takes as long as the host is
# busy with other things meanwhile, and 64 times that, as one call in 64 is measured.

# shellcheck disable=SC2317 # wait_for calls functions
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need jq
need_event udp_send udp_receive
((VIRTUAL)) && skip "no time goes by in a probe here"
net_up

CONNS=3
cpus=$(nproc)

# The functions below start no process: under the load it would hardly run.

# stat_of NAME: sets $it to that number of the session
stat_of() {
	local first
	read -r first <$CTL/stat
	it=
	[[ $first =~ \ $1=([0-9]+) ]] && it=${BASH_REMATCH[1]}
}

# cost: sets $it to the nanoseconds that probes have taken so far
cost() {
	local line
	it=0
	while read -r line; do
		[[ $line =~ ^cpu\ .*\ cost_ns=([0-9]+) ]] &&
			((it += BASH_REMATCH[1]))
	done <$CTL/stat
}

# share MILLISECONDS: sets $it to the probes' share of all CPUs' time for so long,
# in parts per million
share() {
	local c us=${EPOCHREALTIME/./}
	cost
	c=$it
	while ((${EPOCHREALTIME/./} < us + $1 * 1000)); do
		tick 50
	done
	cost
	((it = (it - c) * 1000 / ((${EPOCHREALTIME/./} - us) * cpus)))
}

# udp_of NAMESPACE-FUNCTION COLUMN: a counter of UDP, for datagrams sent or received
udp_of() {
	# shellcheck disable=SC2016 # $ is awk's
	"$1" awk -v c="$2" '/^Udp:/ && n++ { print $c }' /proc/net/snmp
}

load_on() {
	local i
	touch "$TMP/load"
	load=()
	for ((i = 0; i < CONNS; i++)); do
		background in_a nice -n 19 sk udp4 connect $B4 9 times 1000000000 send 20 20 \
			pause 2000 again
		load+=("$bg")
	done >/dev/null
}

load_off() {
	kill "${load[@]}"
	wait "${load[@]}" 2>/dev/null
}

factor_is() {
	stat_of shed_factor
	[ "$it" = "$1" ]
}

server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 1000000000

# --- without a limit nothing is measured

trace_on udp_send udp_receive
in_a sk udp4 connect $B4 9 send 200 20 >/dev/null
trace_off
is "without a limit nothing is measured" "$(stat_sum cost_ns)" 0

# --- a limit of 100 %: measured, nothing left out

echo 100% >$CTL/max_cost
sent=$(udp_of in_a 5) received=$(udp_of in_b 2)
trace_on udp_send udp_receive
load_on
stat_of max_cost_ppm
is "all of it: what may be" "$it" 1000000
((!COUNTED)) || share 1000	# until all of it runs
share 2000
full=$it
within "probes take a share of the time" "$full" 100 900000
ok "all is recorded" wait_for factor_is 1
like "status tells it" "$(skbtrace status)" "*probes take *%*100% at most*"

# --- a limit that they exceed

# To leave an event out costs something, too: no limit can go below that
echo 0.0001% >$CTL/max_cost
ok "too little even for refusing: nothing is recorded" wait_for factor_is 0
limit=900000	# by another clock, more than probes take of a busy host
if ((COUNTED)); then
	share 500
	share 2000
	least=$it
	within "refusing costs less" "$least" 0 $((full * 4 / 5))
	limit=$(((full + least) / 2))
fi
printf -v text '%07d' "$limit"
text=${text%????}.${text: -4}%
echo "$text" >$CTL/max_cost || fail "a limit while tracing" "$(<$CTL/error)"
stat_of max_cost_ppm
is "the limit" "$it" "$limit"
# the first debt is paid before it holds
holds() {
	share 2000
	((it <= limit * 11 / 10))
}
recorded() {
	stat_of shed_factor
	((it))
}
ok "with a higher limit, something is recorded" wait_for recorded
if ((COUNTED)); then
	ok "on average the limit holds" wait_for holds
	echo "# of $full ppm, $least for refusing, $limit at most: $it"
fi

# --- without load, or without a limit, all is recorded again

if ((COUNTED)); then
	load_off
	# step by step, which by another clock takes a minute
	ok "then all is recorded again" wait_for factor_is 1
else
	echo off >$CTL/max_cost
	ok "without a limit: all is recorded again" factor_is 1
	load_off
fi
quiesce
sent=$(($(udp_of in_a 5) - sent)) received=$(($(udp_of in_b 2) - received))
trace_off
is "identity" "$(identity)" ""
is "every datagram is accounted for" "$(stat_sum hits)" $((sent + received))
within "some were left out" "$(stat_sum shed)" 1 $((sent + received))
is "they are no others" "$(stat_sum skipped filtered refused)" 0

# --- how it is told: where there are two CPUs

((!COUNTED)) || finish

for ((i = 0; i < cpus; i++)); do
	values factor SHED cpu=$i >"$TMP/told$i"
	is "cpu $i: it begins with all" "$(values was SHED cpu=$i |
		head -n 1)" 1
	is "cpu $i: it ends with all" "$(tail -n 1 "$TMP/told$i")" 1
	is "cpu $i: no step is missing" "$(values was SHED cpu=$i |
		tail -n +2)" "$(head -n -1 "$TMP/told$i")"
done
# of some 100,000 events
skbtrace parse --format "$TMP/format" --json "$TMP"/cpu* 2>/dev/null |
	grep '"event":"shed"' >"$TMP/json"
is "JSON has them once" "$(jq 'select(.event == "shed").factor' "$TMP/json")" \
	"$(<"$TMP/told0")"
# shellcheck disable=SC2016 # $ is jq's
ok "and the limit" jq -es --argjson limit "$limit" \
	'any(.event == "shed" and .limit_ppm == $limit)' "$TMP/json"
finish
