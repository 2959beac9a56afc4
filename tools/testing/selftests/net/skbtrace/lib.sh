# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of skbtrace share; sourced, never run.
#
# What a test expects never comes from skbtrace itself, but from a witness: "sk"
# knows what it sent and asks the socket; "blocks" checks the binary stream with
# nothing but the uapi header.
#
# Nothing sleeps for a fixed time: wait_for repeats its question.

set -u
export LC_ALL=C
CTL=/sys/kernel/debug/skbtrace
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The programs that tests run most come first: a look-up is slow if the root is 9p
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH:$PWD:$here
SKIP=4
# shellcheck source=need.sh
. "$here/need.sh"
# shellcheck source=net.sh
. "$here/net.sh"

# A kernel with KASAN and lockdep is slower: limits of time are multiplied by this
# shellcheck disable=SC2034 # tests use it
PATIENCE=1
TICK=20 TICK_MAX=20	# milliseconds between two checks of a condition
# In user mode Linux time may be virtual: it stands still while a process works,
# and a wait ends at once. Only the checks take real time, so they get rarer.
# shellcheck disable=SC2034 # tests use it
VIRTUAL=0
if grep -qw time-travel=inf-cpu /proc/cmdline; then
	# shellcheck disable=SC2034
	VIRTUAL=1
	TICK_MAX=250
elif zgrep -q '^CONFIG_KASAN=y' /proc/config.gz 2>/dev/null; then
	PATIENCE=8 TICK=150 TICK_MAX=150
fi
# The clock counts instructions (scripts/selftest.sh -i): what takes longer than
# something else does so in each run. By another clock two times are not compared.
# shellcheck disable=SC2034 # tests use it
COUNTED=${COUNTED:-0}
((!COUNTED)) || TICK_MAX=250
TIMEOUT=${TIMEOUT:-$((PATIENCE > 1 ? 240 : 60))}	# of one wait

tests=0 failures=0
children=()
at_end=''	# a function of the test that undoes what cleanup() does not know of

TMP=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-test.XXXXXX")

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	local status=$?
	trap - EXIT INT TERM
	((${#children[@]} == 0)) || kill "${children[@]}" 2>/dev/null
	{ exec 7>&-; } 2>/dev/null
	if [ -w "$CTL/enabled" ]; then
		echo '-*' 2>/dev/null >"$CTL/enabled"
		no_filters 2>/dev/null
	fi
	wait
	[ -z "$at_end" ] || "$at_end"
	[ -z "${witness-}" ] || rmdir "$witness" 2>/dev/null
	net_down
	rm -rf "$TMP"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- TAP

skip() {
	echo "1..0 # SKIP $*"
	exit $SKIP
}

# pass WHAT / fail WHAT [DETAIL...]
pass() {
	tests=$((tests + 1))
	echo "ok $tests - ${1//$'\n'/\\n}"
}

fail() {
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - ${1//$'\n'/\\n}"
	shift
	(($# == 0)) || printf '%s\n' "$@" | sed 's/^/#   /'
}

# ok WHAT COMMAND...: COMMAND succeeds
ok() {
	local what=$1 output
	shift
	if output=$("$@" 2>&1); then
		pass "$what"
	else
		fail "$what" "$*" "$output"
	fi
}

# is WHAT GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "got:    $2" "wanted: $3"
	fi
}

# within WHAT GOT LOW HIGH
within() {
	if [ -n "$2" ] && (($2 >= $3 && $2 <= $4)); then
		pass "$1"
	else
		fail "$1" "got '$2', wanted $3..$4"
	fi
}

# like WHAT GOT GLOB
like() {
	# shellcheck disable=SC2053 # it is a glob
	if [[ $2 == $3 ]]; then
		pass "$1"
	else
		fail "$1" "got:    $2" "wanted: $3"
	fi
}

# The last line of each test
finish() {
	echo "1..$tests"
	((failures == 0))
	exit
}

die() {
	fail "$1"
	finish
}

# --- waiting

mkfifo "$TMP/never"
exec 9<>"$TMP/never"

# tick [MILLISECONDS]: a short while, without a process
tick() {
	local s
	printf -v s '0.%03d' "${1-$TICK}"
	read -rt "$s" -u 9
}

# since EPOCHREALTIME: microseconds since then
since() {
	local now=$EPOCHREALTIME
	echo $((${now/./} - ${1/./}))
}

# wait_for COMMAND...: until it succeeds; status 1 after $TIMEOUT seconds, which is
# told: a wait in vain whose status is not looked at would only make a test slow
wait_for() {
	local end=$((SECONDS + TIMEOUT)) ms=$TICK
	until "$@"; do
		if ((SECONDS >= end)); then
			echo "# waited in vain for: $*" >&2
			return 1
		fi
		tick "$ms"
		ms=$((ms * 3 / 2 < TICK_MAX ? ms * 3 / 2 : TICK_MAX))
	done
	return 0
}

# --- what must be there

need_root() {
	local why

	! why=$(not_root) || skip "$why"
}

# Filters outlive a trace, and a test.
no_filters() {
	local f
	for f in sock_filters filters netns dev mark cgroup pid; do
		echo none >"$CTL/$f"
	done
}

# The modules are loaded, nobody traces, settings are the default ones.
control_up() {
	need_root
	mountpoint -q /sys/kernel/debug ||
		mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
	need blocks sk
	[ -d $CTL ] || { need modprobe; modprobe skbtrace 2>/dev/null; }
	[ -d $CTL ] || skip "no skbtrace in this kernel"
	[ "$(cat $CTL/owner)" = none ] ||
		skip "somebody else is tracing: $(cat $CTL/owner)"
	echo '-*' >$CTL/enabled
	no_filters
	cat $CTL/format >"$TMP/format"	# loads the protocol modules
	echo 2 >$CTL/subbuf_nr
	echo 131072 >$CTL/subbuf_size
	echo 8 >$CTL/subbuf_nr
	echo off >$CTL/max_cost
	echo task softirq hardirq >$CTL/contexts
	cat /sys/devices/system/cpu/possible >$CTL/cpus
}

# How many references the protocol modules have: 0 if they are built in
module_users() {
	[ -e /proc/modules ] || { echo 0; return; }
	awk '/^skbtrace_/ { n += $3 } END { print n + 0 }' /proc/modules
}

# need_event NAME...: skip unless they are there on this kernel
need_event() {
	local e
	for e; do
		grep -q "^event [0-9]* $e .*state=\(exact\|inferred\)" \
			"$TMP/format" || skip "this kernel has no event $e"
	done
}

# is_exact EVENT: has this kernel all that it tells?
is_exact() {
	grep -q "^event [0-9]* $1 .*state=exact" "$TMP/format"
}

# An older tcp_send_reset gives no reason, and reports only what a full socket
# answers: for no socket, or for a minisocket, only a patched kernel tells
resets_are_all() {
	! sed -n '/^event [0-9]* tcp_reset /,/^event /p' "$TMP/format" |
		grep -q '^ why .* is missed'
}

reset_has_reason() {
	grep -q '^syms rst_reason .*=NO_SOCKET' "$TMP/format"
}

need_skbtrace() {
	local top
	command -v skbtrace >/dev/null && return
	for top in "$here/../../../../skbtrace" "$here/../../../../../skbtrace"; do
		[ ! -x "$top/skbtrace" ] || PATH=$PATH:$top
	done
	need skbtrace
}

# --- processes

# background COMMAND...: it is killed when the test ends; its pid is in $bg
background() {
	# Not by calling in_a: that pid would be a shell's, which waits for the command
	case $1 in
	in_a) set -- nsenter --net="/run/netns/$A" "${@:2}" ;;
	in_b) set -- nsenter --net="/run/netns/$B" "${@:2}" ;;
	in_c) set -- nsenter --net="/run/netns/$C" "${@:2}" ;;
	esac
	"$@" &
	bg=$!
	children+=("$bg")
}

# server NAMESPACE-FUNCTION WORD...: runs sk in the background, with its output in
# $TMP/server; returns when sk has reached "touch $TMP/ready"
server() {
	rm -f "$TMP/ready" "$TMP/server"
	background "$1" sk "${@:2}" >"$TMP/server"
	# shellcheck disable=SC2034 # for those who source this
	server_pid=$bg
	wait_for [ -e "$TMP/ready" ] ||
		die "the server did not start: $(<"$TMP/server")"
}

# value NAME FILE: of the last line "NAME=value" of what sk printed
value() {
	local name it last=
	while IFS= read -r it; do
		name=${it%%=*}
		[ "$name" != "$1" ] || last=${it#*=}
	done <"$2"
	echo "$last"
}

# --- tracing

# tracing [0|1]: is there a session that traces (default), or none?
# shellcheck disable=SC2317 # called by wait_for
tracing() {
	local first f any=0
	for f in "$CTL/stat" "$CTL"/sessions/*/stat; do
		# a session may be removed meanwhile
		{ read -r first <"$f"; } 2>/dev/null || continue
		[[ $first != "session tracing=1 "* ]] || any=1
	done
	[ $any = "${1-1}" ]
}

# put FILE TEXT: writes to a control file, in one write. The shell's echo makes a
# write of each line.
put() {
	if [[ $2 == *$'\n'* ]]; then
		echo "$2" >"$TMP/put"
		cat "$TMP/put" >"$CTL/$1"
	else
		echo "$2" >"$CTL/$1"
	fi
}

# trace_on SPEC...: enables these events, and reads each CPU's stream into a file
# with $reader FILE (default: cat)
trace_on() {
	local f IFS=$'\n'
	rm -f "$TMP"/cpu*
	put enabled "$*" ||
		die "enabling $*: $(cat $CTL/error)"
	readers=()
	for f in "$CTL"/trace.cpu*; do
		"${reader:-cat}" "$f" >"$TMP/cpu${f##*cpu}" &
		readers+=($!)
	done
	children+=("${readers[@]}")
}

# Sets $taken: packets that the CPUs have taken from their backlogs; and $waits:
# those that are still there
backlogs() {
	local column
	taken=0 waits=0
	while read -ra column; do
		((taken += 16#${column[0]}, waits += 16#${column[11]}))
	done </proc/net/softnet_stat
}

# Waits until the packets that were sent have arrived: on a busy machine they may
# still wait for ksoftirqd when their sender has ended. A packet that has just been
# taken is done with after a grace period. The wait is limited, as some tests send
# all the time.
quiesce() {
	local i taken waits last=
	for ((i = 0; i < 20; i++)); do
		backlogs
		if [[ $taken = "$last" && $waits = 0 ]]; then
			sk grace
			backlogs
			[ "$taken $waits" != "$last 0" ] || return 0
		fi
		last=$taken
		tick
	done
	return 0
}

# Ends tracing. $TMP/events gets the blocks as text and the totals of each CPU,
# $TMP/stat the counters.
trace_off() {
	quiesce
	echo '-*' >$CTL/enabled
	# without an argument, wait would wait for every child
	((${#readers[@]} == 0)) || wait "${readers[@]}"
	cat $CTL/stat >"$TMP/stat"
	blocks ${QUIET:+-q} "$TMP/format" "$TMP"/cpu* >"$TMP/events" 2>"$TMP/bad" ||
		fail "the stream is as the header says" "$(head -n 5 "$TMP/bad")"
}

# The blocks that the readers have got so far; tracing goes on
blocks_now() {
	blocks "$TMP/format" "$TMP"/cpu* 2>/dev/null | grep '^ '
}

# pick WHAT FIELD NAME [FIELD=VALUE]...: of the lines of $TMP/events that have all
# these words. All in one awk: to start processes is slow in the test machines.
pick() {
	local what=$1 field=$2 words=" event=$3 " w
	for w in "${@:4}"; do
		words+="| $w "
	done
	awk -v what="$what" -v f="$field=" -v words="$words" '
		BEGIN { n = split(words, w, "|") }
		{
			for (i = 1; i <= n; i++)
				if (!index($0, w[i]))
					next
			lines++
			if (what == "lines")
				print
			for (i = 1; f != "=" && i <= NF; i++) {
				if (index($i, f) != 1)
					continue
				v = substr($i, length(f) + 1)
				sum += v
				if (what == "list")
					list = list (list == "" ? "" : " ") v
				else if (what == "values")
					print v
				next
			}
		}
		END {
			if (what == "count")
				print lines + 0
			else if (what == "sum")
				printf "%.0f\n", sum
			else if (what == "list")
				print list
		}
	' "$TMP/events"
}

# events NAME [FIELD=VALUE]...: lines of $TMP/events
events() {
	pick lines '' "$@"
}

# values FIELD NAME [FIELD=VALUE]...: one value a line
values() {
	pick values "$@"
}

# count NAME [FIELD=VALUE]...
count() {
	pick count '' "$@"
}

# list FIELD NAME [FIELD=VALUE]...: the values in one line
list() {
	pick list "$@"
}

# sum FIELD NAME [FIELD=VALUE]...
sum() {
	pick sum "$@"
}

# states KEY: the changes that tcp_connection reported of a connection, in one
# line. If its last ACK and its first data arrive on two CPUs at once, TCP makes a
# second child with the same cookie, and closes it: that one is left out.
states() {
	events tcp_connection key="$1" | awk '{
		for (i = 1; i <= NF; i++) {
			split($i, a, "=")
			f[a[1]] = a[2]
		}
		if (f["old"] == "SYN_RECV" && f["state"] == "CLOSE")
			next
		printf "%s%s>%s%s", sep, f["old"], f["state"],
		       (f["mini"] == "yes" ? "(mini)" : "")
		sep = " "
	}'
}

# stat_sum COUNTER...: over all CPUs, of $TMP/stat
stat_sum() {
	awk -v counters="$*" '
		BEGIN { n = split(counters, c, " ") }
		{
			for (i = 1; i <= NF; i++) {
				split($i, a, "=")
				for (j = 1; j <= n; j++)
					if (a[1] == c[j])
						s += a[2]
			}
		}
		END { printf "%.0f\n", s }
	' "$TMP/stat"
}

# shellcheck disable=SC2120 # the numbers are not always known
# identity [HITS-OF-CPU-0...]: checks that each CPU's counters in $TMP/stat add
# up, and agree with the stream. Prints what is wrong.
identity() {
	awk -v wanted_hits="$*" '
		function get(name,   i, a) {
			for (i = 1; i <= NF; i++) {
				split($i, a, "=")
				if (a[1] == name)
					return a[2]
			}
			return 0
		}
		function want(what, got, wanted) {
			if (got != wanted)
				print "cpu " $2 ": " what ": " got ", not " wanted
		}
		BEGIN { known = split(wanted_hits, wanted) }
		FNR == 1 { file++ }
		$1 != "cpu" { next }
		file == 1 {
			blocks[$2] = get("blocks"); lost[$2] = get("lost")
			names[$2] = get("names"); subbufs[$2] = get("subbufs")
			next	# of the stream, the rest is of "stat"
		}
		{
			n = get("skipped") + get("filtered") + get("refused")
			n += get("held") + get("lost") + get("written") + get("shed")
			n -= get("history")	# held first, here or on another CPU
			want("hits", get("hits"), n)
			want("read", get("read"), get("written") + get("names"))
			want("blocks in the stream", blocks[$2] + 0, get("read"))
			want("names in the stream", names[$2] + 0, get("names"))
			want("lost in the stream", lost[$2] + 0, get("lost"))
			want("consumed", get("consumed"), get("produced"))
			n = get("consumed")
			want("sub-buffers in the stream", subbufs[$2] + 0, n)
			want("recursion", get("recursion"), 0)
			if (known)
				want("hits", get("hits"), wanted[$2 + 1])
		}
		END { if (file != 2) print "no stream" }
	' "$TMP/events" "$TMP/stat"
}

# --- tracefs: the kernel's own tracepoints as a witness

# witness_on GROUP/EVENT...: enables them in an instance of its own, or skips
witness_on() {
	local e
	witness=/sys/kernel/tracing/instances/skbtrace-test-$$
	mountpoint -q /sys/kernel/tracing ||
		mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
	mkdir "$witness" 2>/dev/null || skip "no tracefs"
	for e; do
		echo 1 >"$witness/events/$e/enable"
	done
}

# Puts what they reported into $TMP/witness
witness_off() {
	echo 0 >"$witness/tracing_on"
	cat "$witness/trace" >"$TMP/witness"
	echo 0 >"$witness/events/enable"
	rmdir "$witness"
}
