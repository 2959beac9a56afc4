#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_segment: in a long transfer whose path loses and reorders packets, each byte
# that is acknowledged has one life. Marks, the bytes at multiples of 64 KiB, stand
# for all bytes. SEGMENT_MB: how many megabytes, default 10.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=segment_lib.sh
. "$(dirname "$0")/segment_lib.sh"
need skbtrace tc jq
segment_up
mb=${SEGMENT_MB:-10}
every=$((mb < 50 ? 4096 : 65536))
in_a tc qdisc add dev a0 root netem delay 10ms reorder 5% 50% limit 10000 ||
	skip "no netem"
in_b tc qdisc add dev b0 clsact || skip "no clsact"

# lossy FAMILY: drops exactly each hundredth packet with data
lossy() {
	local protocol=ip
	[ "$1" != 6 ] || protocol=ipv6
	in_b tc filter add dev b0 ingress protocol $protocol flower ip_proto tcp \
		dst_port $((port + 1)) action gact pass random determ drop 100 ||
		skip "no flower"
}

# A line for each mark: its number; how often it was at write, acked, queued and
# read; how often it was sent; how many events the ACK came after the SACK, "-" if
# there was no SACK. Not by time: both may have the same.
marks() {
	skbtrace parse -i "$TMP/$1" --json -e tcp_segment | jq -r '
		select(.event == "tcp_segment") |
		select(.where | IN("write", "send", "sacked", "acked", "queued",
				   "read")) |
		[.where, .tcp_seq, .len, .seq] | map(tostring) | join(" ")' |
	awk -v every=$every -v CONVFMT=%.0f -v OFMT=%.0f '
		{
			first = $2 + every - 1
			first -= first % every
			for (mark = first; mark < $2 + $3; mark += every) {
				it = mark % 4294967296
				seen[it] = 1
				n[it, $1]++
				if (!((it, $1) in at))
					at[it, $1] = $4
			}
		}
		END {
			for (it in seen) {
				if (!((it, "write") in n) && !((it, "send") in n))
					continue	# a FIN
				early = "-"
				if ((it, "sacked") in at)
					early = at[it, "acked"] - at[it, "sacked"]
				print it, n[it, "write"] + 0, n[it, "acked"] + 0,
				      n[it, "queued"] + 0, n[it, "read"] + 0,
				      n[it, "send"] + 0, early
			}
		}' >"$TMP/$1.marks"
}

# lines NAME CONDITION-OF-AWK: how many marks fulfil it
lines() {
	awk "$2 { n++ } END { print n + 0 }" "$TMP/$1.marks"
}

for f in 4 6; do
	# shellcheck disable=SC2016 # of awk
	again='$6 > 1' sacked='$7 != "-"' once='$2 == 1 && $3 == 1 && $4 == 1 &&
		$5 == 1'
	name=lives$f
	lossy $f
	record "$name" tcp_segment,every=$every "$(addr B $f)" $f \
		"times $mb write 1000000 again shut eof" eof
	in_b tc filter del dev b0 ingress
	stages "$name"
	marks "$name"
	all=$(wc -l <"$TMP/$name.marks")
	within "$name: marks in $mb MB" "$all" $((mb * 1000000 / every)) \
		$((mb * 1000000 / every + 1))
	is "$name: those written, acknowledged, queued and read once" \
		"$(lines "$name" "$once")" "$all"
	is "$name: those that were sent" "$(lines "$name" "\$6 >= 1")" "$all"
	within "$name: those that were sent again" "$(lines "$name" "$again")" \
		1 $((all / 3))
	within "$name: those that were told by SACK" \
		"$(lines "$name" "$sacked")" 1 "$all"
	is "$name: and of them, those whose SACK came before the ACK" \
		"$(lines "$name" "$sacked && \$7 > 0")" \
		"$(lines "$name" "$sacked")"
	is "$name: lives, each whole" \
		"$(whole "$name" complete) $(whole "$name" partial)" \
		"$((2 * all)) 0"
	is "$name: lives that were sent again" "$(whole "$name" again)" \
		"$(lines "$name" "$again")"
	sums "$name"
done
finish
