#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? As why.sh, for answers that never come, or come
# in parts; and for programs that expect none.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need ip jq
why_up
record_all

# talk_on WORD...: as call, and the connection stays open until the end
open=()
talk_on() {
	background in_a sk "tcp$f" connect "$to" "$port" "$@" \
		touch "$TMP/said$port" until "$TMP/over" shut eof >/dev/null
	open+=("$bg" "$server_pid")
	wait_for [ -e "$TMP/said$port" ] || die "no connection"
}

# --- after three answers there is none, and the connection is still there
next peer-thinks -
serve times 3 read 100 write 500 again until "$TMP/over" eof
talk_on times 3 write 100 read 500 again write 100

# --- the same, and the program gives up
next peer-thinks -
serve times 3 read 100 write 500 again until "$TMP/over" eof
open+=("$server_pid")
call times 3 write 100 read 500 again write 100 pause 3000000 shut

# --- a large question, after which a small receipt is late
next peer-thinks -
serve times 3 read 100 write 500 again read 300000 until "$TMP/over" eof
talk_on times 3 write 100 read 500 again write 300000

# --- answers in parts: what comes first comes at once
next peer-thinks -
parts=(read 100 write 10 times 5 pause 200000 write 500 again)
serve "${parts[@]}" "${parts[@]}" eof
call times 2 write 100 read 2510 again shut eof
served

# --- nobody waits: it is told after an answer, and does not ask
next - -
serve times 3 read 100 write 500 again eof
call times 3 write 100 read 500 again write 20 pause 3000000 shut eof
served

# --- it was answered; what it says then is said by its program's will
next - -
serve times 3 read 100 write 500 again eof
talk_on times 3 write 100 read 500 again

# --- events of a subscription come as they do, without a question
next - -
serve read 100 times 8 write 200 pause 300000 again eof
call write 100 read 1600 pause 2000000 shut eof
served

# --- there never was an answer: perhaps there shall be none
next '=unanswered' -
serve eof
talk_on write 100

next '=unanswered' -
serve read 100 until "$TMP/over" eof
open+=("$server_pid")
call write 100 pause 3000000 shut

next '=program' -
serve eof
call times 5 write 100 pause 200000 again pause 1000000 shut eof
served

tick 900
check_verdicts
touch "$TMP/over"
wait "${open[@]}"
finish
