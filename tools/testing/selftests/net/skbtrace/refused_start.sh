#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A start that is refused loses nothing of the run before it: whatever allocation
# fails, what has not been read can be read, and files, filters and settings are as
# they were.

# shellcheck disable=SC2086,SC2317 # no blanks in paths; at_end calls restore
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send tcp_sendlimit tcp_segment ip_send
SLAB=/sys/kernel/debug/failslab PAGES=/sys/kernel/debug/fail_page_alloc
if [ ! -w /proc/self/fail-nth ] || [ ! -d $SLAB ] || [ ! -d $PAGES ]; then
	skip "this kernel has no allocations that fail on demand"
fi

size=$(<$CTL/subbuf_size) nr=$(<$CTL/subbuf_nr) hold=$(<$CTL/hold)
restore() {
	echo Y >$SLAB/ignore-gfp-wait
	echo Y >$PAGES/ignore-gfp-wait
	echo "$hold" >$CTL/hold
	echo "$size" >$CTL/subbuf_size
	echo "$nr" >$CTL/subbuf_nr
}
at_end=restore
echo 0 >$SLAB/verbose
echo 0 >$PAGES/verbose
echo N >$SLAB/ignore-gfp-wait
echo N >$PAGES/ignore-gfp-wait
echo 4096 >$CTL/subbuf_size
echo 4 >$CTL/subbuf_nr
echo $((65536 * $(nproc))) >$CTL/hold
echo '1 6 0 0 262144' >$CTL/filters
echo '1 6 0 0 262144' >$CTL/sock_filters

# a_run: leaves a run that has ended, with five datagrams that nobody has read;
# what there is to be seen of it is in $was
a_run() {
	echo udp_send >$CTL/enabled
	[ $((++runs % 2)) = 0 ] || echo ip_send,capture=1000 >$CTL/enabled
	sk udp4 bind 127.0.0.1 9 connect 127.0.0.1 9 send 5 100 >/dev/null
	echo '-*' >$CTL/enabled
	state
	was=$now
}

# state: sets $now. "seen", and what packets are unread, are not of the run alone
state() {
	now=$(cd $CTL && echo trace.cpu* packets.cpu* && cat enabled filters \
		sock_filters subbuf_size subbuf_nr hold owner stat)
}

# unread: how many datagrams can be read
unread() {
	local f
	for f in "$CTL"/trace.cpu*; do
		cat "$f" >"$TMP/cpu${f##*cpu}"
	done
	blocks "$TMP/format" "$TMP"/cpu* >"$TMP/events"
	count udp_send
}

# refuse SPEC: each allocation of a start with it fails once
refuse() {
	local n last=0 made=0 through=0 wrong=''
	a_run
	for ((n = 1; n < 3000 && through < 8; n++)); do
		echo $n >&8
		if echo "$1" >&7; then
			echo 0 >&8
			through=$((through + 1))
			echo '-*' >&7
			a_run
			continue
		fi
		echo 0 >&8
		through=0 made=$((made + 1)) last=$n
		state
		[ "$now" = "$was" ] || {
			wrong+=" $n"
			diff <(echo "$was") <(echo "$now") >>"$TMP/diff"
			a_run
		}
	done 2>/dev/null
	is "$1: nothing has changed" "$wrong" ""
	[ -z "$wrong" ] || head -n 20 "$TMP/diff" | sed 's/^/#   /'
	within "$1: memory has failed" $made 10 2990
	# the kernel may allocate a little more or less than before
	for ((n = last; n; n--)); do
		echo $n >&8
		echo "$1" >&7 || break
		echo 0 >&8
		echo '-*' >&7
		a_run
	done 2>/dev/null
	echo 0 >&8
	within "$1: refused" $n 1 2999
	is "$1: what was unread is still there" "$(unread)" 5
	ok "$1: and it can be started" eval "echo '$1' >$CTL/enabled"
	is "$1: it is on" "$(wc -l <$CTL/enabled)" 1
	echo '-*' >$CTL/enabled
}

runs=0
exec 7>$CTL/enabled 8>/proc/self/fail-nth
refuse udp_send
refuse tcp_sendlimit
refuse 'udp_send,primary=udp_send[len==100],before=1'
refuse tcp_segment,hist,every=4096
refuse ip_send,capture=100
finish
