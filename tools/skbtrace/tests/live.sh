#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# live, with a control directory of plain files: it goes on reading the kernel's data
# if its output is read slowly, or not at all. TAP.
# shellcheck disable=SC2317 # ok() runs what stands behind it

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"
need python3

echo "TAP version 13"

# long COMMAND...: for two minutes at most, as the machine may be slow
long() {
	local i
	for ((i = 0; i < 12; i++)); do
		wait_for "$@" && return
	done
	return 1
}

lines() {
	[ "$(grep -c ' tcp_rttm ' out)" = "$1" ]
}

# begin SUBBUFS: starts live on so much data; its output is the pipe 7, which nobody
# reads
begin() {
	fresh 1 "$1" 95
	mv d/skbtrace/trace.cpu0 data
	echo "cpu 0 complete_ns=9000000000000000000" >>d/skbtrace/stat
	serve data &
	wait_for test -p d/skbtrace/trace.cpu0
	rm -f screen out
	mkfifo screen
	exec 7<>screen
	"$S" live -r d -e tcp_rttm >screen 2>err 7<&- &
	pid=$!
}

begin 300
ok "nobody reads the screen: all there is has been read" long test -e ready
cat <&7 >out &
ok "somebody reads it: all of it is shown" long lines 28500
kill -INT $pid
wait $pid
ok "exit status" is "$?" 0
ok "none of it is lost" says "28500 events"

begin 300
long test -e ready
exec 7<&-
ok "the screen goes away: so does live" long eval "! kill -0 $pid 2>err.kill"
wait $pid
ok "quietly" is "$? $(cat err)" "0 "

echo "1..$n"
exit "${failed:-0}"
