# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Several sessions at once; sourced after lib.sh. Each has its own readers, and a
# folder in $TMP for what they read.

S=$CTL/sessions
[ -e "$S/new" ] || skip "this skbtrace has one session only"

# Sessions outlive a test.
leave_none() {
	local d
	for d in "$S"/*/; do
		[ -e "$d/enabled" ] || continue
		d=${d%/}
		echo '-*' >"$d/enabled"
		echo "${d##*/}" >"$S/remove"
	done 2>/dev/null
}
# shellcheck disable=SC2034 # lib.sh calls it
at_end=leave_none
leave_none

# there: prints the names of the sessions, without the default one
there() {
	local d list=''
	for d in "$S"/*/; do
		[ ! -d "$d" ] || { d=${d%/}; list+=" ${d##*/}"; }
	done
	echo "${list# }"
}

# in_session NAME COMMAND...: runs it with that session's $CTL and $TMP
in_session() {
	local CTL=$S/$1 TMP=$TMP/$1
	shift
	"$@"
}

# slowly FILE: a reader that is too slow for as long as $TMP/../run exists
slowly() {
	while [ -e "$TMP/../run" ]; do
		dd bs=4096 count=1 status=none
		tick 100
	done <&5
	cat <&5
} 5<"$1"

# begin NAME SUBBUF_SIZE SUBBUF_NR SPEC...: starts tracing in that session. Its
# readers' pids are in $readers_NAME; each runs $reader, if that is set.
begin() {
	local readers
	mkdir -p "$TMP/$1"
	cp "$TMP/format" "$TMP/$1"
	echo "$2" >"$S/$1/subbuf_size"
	echo "$3" >"$S/$1/subbuf_nr"
	in_session "$1" trace_on "${@:4}"
	declare -ga "readers_$1=(${readers[*]})"
}

# end NAME: ends tracing there; its counters must agree with its blocks
end() {
	local -n readers=readers_$1
	in_session "$1" trace_off
	if [ "$(TMP=$TMP/$1 stat_sum written)" = 0 ]; then
		# an empty file is no stream
		is "$1: identity" "$(TMP=$TMP/$1 stat_sum hits)" "$(
			TMP=$TMP/$1 stat_sum skipped filtered refused held)"
	else
		is "$1: identity" "$(in_session "$1" identity)" ""
	fi
}

# counted NAME EVENT [FIELD=VALUE]...: how many blocks of it the session has
counted() {
	in_session "$1" count "${@:2}"
}
