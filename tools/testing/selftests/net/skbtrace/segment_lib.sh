# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by the tests of tcp_segment, sourced after lib.sh: records a connection,
# and asks "parse --latency" where the time of its bytes went.
# shellcheck disable=SC2034,SC2154 # who sources this reads them; of lib.sh

segment_up() {
	control_up
	need_skbtrace
	need jq
	need_event tcp_segment
	net_up
}

port=5000

# record_begin NAME SPEC: records until record_end NAME
record_begin() {
	background skbtrace record -q -f -o "$TMP/$1" -e "$2"
	recorder=$bg
	wait_for tracing 1 || die "record does not start"
}

record_end() {
	quiesce
	kill -INT "$recorder"
	wait "$recorder" || fail "$1: record ends well"
	[ -z "${KEEP:-}" ] || cp "$TMP/$1" "$KEEP.$1"
}

# record NAME SPEC ADDRESS FAMILY "CLIENT'S WORDS" "SERVER'S WORDS": records a
# connection from A to B, which has that address; $TMP/NAME.json has its stages
record() {
	port=$((port + 1))
	record_begin "$1" "$2"
	# shellcheck disable=SC2086 # words
	server in_b "tcp$4" bind "$3" $port listen 5 \
		touch "$TMP/ready" accept $6 close
	# shellcheck disable=SC2086
	in_a sk "tcp$4" connect "$3" $port $5 close >"$TMP/client"
	wait "$server_pid"
	record_end "$1"
	skbtrace parse -i "$TMP/$1" --json --latency --conn "*:$port" \
		>"$TMP/$1.json"
}

# stages NAME: prints them, for a reader of the test's output
stages() {
	skbtrace parse -i "$TMP/$1" --latency --conn "*:$port" | sed 's/^/# /'
}

# of NAME SIDE STAGE FIELD: its value in $TMP/NAME.json
of() {
	jq -r "select(.event == \"segment_stage\" and .side == \"$2\" and
		.stage == \"$3\") | .$4" "$TMP/$1.json"
}

# us NAME SIDE STAGE FIELD: whole microseconds, 0 if there is none
us() {
	local it
	it=$(of "$@")
	echo "${it:-0}" | cut -d. -f1
}

# whole NAME FIELD: its value in the last line, the sum
whole() {
	jq -r "select(.event == \"segments\") | .$2" "$TMP/$1.json"
}

# The stages of complete bytes add up to their whole way
sums() {
	local side
	for side in sent received; do
		is "$1: $side: the stages are the whole" "$(jq -s "
			map(select(.event == \"segment_stage\" and
				   .side == \"$side\")) |
			(map(select(.stage == \"$side\").complete_us) | add) as \$all |
			(map(select(.stage != \"$side\").complete_us) | add) as \$sum |
			(\$all > 0) and ((\$all - \$sum) | fabs < 0.5)" \
			"$TMP/$1.json")" true
	done
}
