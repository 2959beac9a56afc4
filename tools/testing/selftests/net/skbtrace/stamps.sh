#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_segment against SO_TIMESTAMPING: when a write's last byte comes to the queue
# (SCHED) and to the driver (SND), and when it is acknowledged (ACK), over a path of
# 10 ms there and 20 ms back. STAMPS_RUNS: connections of each family, default 2.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=segment_lib.sh
. "$(dirname "$0")/segment_lib.sh"
need skbtrace stamps tc jq
segment_up
((VIRTUAL)) || skip "only where time is virtual: a busy machine is late"
in_a tc qdisc add dev a0 root netem delay 10ms limit 10000 || skip "no netem"
in_b tc qdisc add dev b0 root netem delay 20ms limit 10000
writes=3
runs=${STAMPS_RUNS:-2}
limit=50	# microseconds

record_begin all tcp_segment
for ((i = 0; i < runs; i++)); do
	for f in 4 6 m; do
		port=$((port + 1))
		server in_b "tcp$f" bind "$(addr B $f)" $port listen 5 \
			touch "$TMP/ready" accept eof close
		in_a stamps "$(addr B $f)" $port $writes 4000 >"$TMP/out" ||
			fail "IPv$f: its stamps"
		sed "s/^/$f /" "$TMP/out" >>"$TMP/stamps"
		wait "$server_pid"
	done
done
record_end all

# a line "WHERE PORT SEQ LEN MICROSECONDS" for each event of the senders
skbtrace parse -i "$TMP/all" --json -e tcp_segment | jq -r '
	select(.event == "tcp_segment" and .pport >= 5000 and .pport < 6000) |
	select(.where | IN("write", "queue", "xmit", "acked")) |
	[.where, .pport, .tcp_seq, .len,
	 (.time[0:19] + "Z" | fromdate) * 1000000 + (.time[20:26] | tonumber)] |
	map(tostring) | join(" ")' >"$TMP/places"

# Compares each stamp with the first event at that place that has the byte. Prints
# "FAMILY PLACE COUNT WORST MISSING": microseconds between, and stamps without event
awk '
	NR == FNR {
		n = ++events[$2]
		where[$2, n] = $1; seq[$2, n] = $3; len[$2, n] = $4
		us[$2, n] = $5
		if (!($2 in base))
			base[$2] = $3
		next
	}
	function compare(family, kind, port, byte, stamp,   i, off, diff) {
		count[family, kind]++
		for (i = 1; i <= events[port]; i++) {
			off = (seq[port, i] - base[port] + 4294967296) % 4294967296
			if (where[port, i] != kind || byte < off ||
			    byte >= off + len[port, i])
				continue
			diff = us[port, i] - stamp
			diff = diff < 0 ? -diff : diff
			if (diff > worst[family, kind] + 0)
				worst[family, kind] = diff
			return
		}
		missing[family, kind]++
	}
	{
		compare($1, "write", $2, $3, $4)
		compare($1, "queue", $2, $3, $5)
		compare($1, "xmit", $2, $3, $6)
		compare($1, "acked", $2, $3, $7)
	}
	END {
		for (it in count) {
			split(it, key, SUBSEP)
			print key[1], key[2], count[it], worst[it] + 0, missing[it] + 0
		}
	}' "$TMP/places" "$TMP/stamps" | sort >"$TMP/compared"

is "kinds of stamps" "$(wc -l <"$TMP/compared")" 12
while read -r f kind n worst lacks; do
	is "IPv$f: $kind: stamps" "$n" $((runs * writes))
	is "IPv$f: $kind: without a place" "$lacks" 0
	within "IPv$f: $kind: $worst us from its stamp at most" "$worst" 0 $limit
done <"$TMP/compared"
# the stamps show the path's delays: SCHED to SND 10 ms, SND to ACK 20 ms
within "SCHED to SND: the most" \
	"$(awk '{ d = $6 - $5; m = d > m ? d : m } END { print m }' "$TMP/stamps")" \
	10000 10050
within "SND to ACK: the least" \
	"$(awk '{ d = $7 - $6; m = !m || d < m ? d : m } END { print m }' "$TMP/stamps")" \
	20000 20050
finish
