#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Many connections, ten of which lose packets: their history is written, and nothing
# else. It is compared, block by block, with a full recording of such a run; also
# with a log that is too small.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ss tc python3 many
need_event tcp_rttm tcp_retransmit tcp_connection
net_up
in_b tc qdisc add dev b0 clsact || skip "no clsact"

rounds=8 lossy=10 from=20000
((PATIENCE == 1)) && nr=1000 || nr=200
each=$((nr / lossy))

# B drops their packets on arrival. Of a drop in A, TCP would know, and not count
# what it sends again.
lose() {
	local i
	for ((i = 7; i < nr; i += each)); do
		in_b tc filter add dev b0 ingress protocol ip flower ip_proto \
			tcp src_port $((from + i)) action gact drop ||
			skip "no flower"
	done
}

repair() {
	in_b tc filter del dev b0 ingress
}

# settled NAMESPACE-FUNCTION: no connection waits for an ACK. Else it might send
# again after the end of tracing, and TCP_INFO would count that.
settled() {
	! "$1" ss -Htin state established | grep -q 'unacked:'
}

# run PORT before|after SPEC...: traces all connections. They are closed before the
# end of tracing, or after it. $TMP/both gets the output of both ends, $TMP/guilty
# the cookies of those that have sent segments again, by TCP_INFO.
run() {
	local port=$1 server close=$2
	shift 2
	rm -f "$TMP"/{lose,lost,go,done,close,server}
	background in_b many server "$B4" "$port" >"$TMP/server"
	server=$bg
	wait_for [ -s "$TMP/server" ] || die "the server did not start"
	trace_on "$@"
	background in_a many client "$A4" "$from" "$B4" "$port" "$nr" "$rounds" \
		"$lossy" "$TMP"/{lose,lost,go,done,close} >"$TMP/client"
	client=$bg
	wait_for [ -e "$TMP/lose" ] || die "the round trips do not end"
	lose
	rm "$TMP/lose"
	wait_for [ -e "$TMP/lost" ] || die "nothing is lost"
	repair
	touch "$TMP/go"
	wait_for [ -e "$TMP/done" ] || die "no answers"
	if [ "$close" = after ]; then
		wait_for settled in_a || die "ACKs do not come"
		wait_for settled in_b || die "ACKs do not come"
		trace_off
	fi
	touch "$TMP/close"
	wait "$client" "$server"
	[ "$close" = after ] || trace_off
	from=$((from + nr))	# these are in TIME_WAIT
	cat "$TMP/client" "$TMP/server" >"$TMP/both"
	grep -o 'cookie=[^ ]*' "$TMP/both" | cut -d= -f2 | sort >"$TMP/guilty"
}

# keys EVENT...: the keys of its blocks, each once, without those of a FIN that was
# sent again: TCP_INFO of a closed connection can't be read
keys() {
	events "$@" | grep -Ev ' state=(FIN_WAIT1|LAST_ACK|CLOSING) ' |
		grep -o ' key=[^ ]*' | cut -d= -f2 | sort -u
}

# bytes: the size of all blocks
bytes() {
	grep -o ' bytes=[0-9]*' "$TMP/events" | awk -F= '{ n += $2 } END { print n }'
}

# histories BEFORE [part NR]: the blocks before each tcp_retransmit must be those of
# its connection since the last tcp_retransmit, the newest BEFORE of them, oldest
# first. With "part", some of the oldest may be missing, if the primary says so; NR:
# how many a first one would have. Prints what is wrong, then a line
# "histories=N blocks=N expected=N missed=N".
histories() {
	python3 - "$TMP/events" "$@" <<-'EOF'
		import sys
		before, part, expected_of = int(sys.argv[2]), "part" in sys.argv, {}
		lines = []
		for line in open(sys.argv[1]):
		    if " event=" in line:
		        lines.append(dict(w.split("=", 1) for w in line.split()
		                          if "=" in w))
		full = {}
		for l in lines:
		    if l["event"] == "tcp_rttm":
		        full.setdefault(l["key"], []).append(int(l["time"]))
		for k in full:
		    full[k].sort()
		# by CPU: the blocks between a HISTORY and the primary
		at, last, blind = {}, {}, set()
		n = got_all = want_all = missed_all = 0
		for l in lines:
		    cpu = l["cpu"]
		    if l["event"] == "HISTORY":
		        at[cpu] = []
		    elif l["event"] == "tcp_rttm":
		        at.setdefault(cpu, []).append((l["key"], int(l["time"])))
		    elif (l["event"] == "tcp_retransmit" and
		          l["state"] in ("FIN_WAIT1", "LAST_ACK", "CLOSING")):
		        at.pop(cpu, None)	# a FIN, sent again
		    elif l["event"] == "tcp_retransmit":
		        key, time = l["key"], int(l["time"])
		        got = at.pop(cpu, [])
		        if any(k != key for k, t in got):
		            print(key, "has what is another's")
		        got = [t for k, t in got]
		        # none of those that an earlier history has had
		        window = [t for t in full.get(key, []) if t <= time][-before:]
		        want = [t for t in window if t > last.get(key, 0)]
		        if part:	# overwritten blocks are not in the stream
		            want_nr = int(sys.argv[4]) if key not in last else len(want)
		        else:
		            want_nr = len(want)
		        missed = l.get("missed", "0") == "1"
		        if got != want:
		            print(key, "at", time, "got", len(got), "wanted", len(want))
		        # after one that missed some, the count of later ones is unknown
		        if key not in blind and missed != (len(got) < want_nr):
		            print(key, "at", time, "missed", missed, "of", want_nr,
		                  "got", len(got))
		        if missed:
		            blind.add(key)
		        last[key] = time
		        n, got_all = n + 1, got_all + len(got)
		        want_all += want_nr
		        missed_all += missed
		print("histories=%d blocks=%d expected=%d missed=%d"
		      % (n, got_all, want_all, missed_all))
	EOF
}

# --- a full recording: the end of a connection is a primary, too, so that all blocks
# are in the stream

run 5000 before 'tcp_rttm,primary=tcp_retransmit:tcp_connection,before=256' \
	tcp_retransmit 'tcp_connection,only=FIN_WAIT1:LAST_ACK'
is "full: identity" "$(identity)" ""
full=$(bytes)
full_blocks=$(count tcp_rttm)
if ((PATIENCE == 1)); then	# else a FIN may be sent again
	is "full: who has lost, says TCP_INFO" "$(keys tcp_retransmit)" \
		"$(cat "$TMP/guilty")"
	# a busy machine may send segments again that were not lost
	within "full: ten have" "$(wc -l <"$TMP/guilty")" $lossy "$nr"
fi
histories 256 >"$TMP/histories"
like "full: each history, block by block" "$(cat "$TMP/histories")" \
	"histories=*missed=0"
# a sample of each round trip on both sides, and of the handshake at the client
within "full: all samples are there" "$full_blocks" \
	$((nr * (2 * rounds + 1))) $((nr * (2 * rounds + 6)))
is "full: no block twice" "$(events tcp_rttm | sort | uniq -d | wc -l)" 0
is "full: memory is enough" "$(count HISTORY missed=1)" 0

# --- only the histories of those that lose

run 5001 after tcp_rttm,primary=tcp_retransmit tcp_retransmit
is "identity" "$(identity)" ""
is "exactly those that lost, says TCP_INFO" "$(keys tcp_rttm)" \
	"$(cat "$TMP/guilty")"
is "as many retransmissions as TCP_INFO counts" "$(count tcp_retransmit)" \
	"$(grep -o 'retrans=[0-9]*' "$TMP/both" | awk -F= '{ n += $2 }
		END { print n + 0 }')"
is "nobody else is named" "$(keys tcp_active_conn)" "$(cat "$TMP/guilty")"
histories 32 >"$TMP/histories"
like "each history, block by block" "$(cat "$TMP/histories")" \
	"histories=*missed=0"
within "hit rate: each has what its round trips made" \
	"$(count tcp_rttm held=1)" $((lossy * rounds)) \
	$(($(wc -l <"$TMP/guilty") * (rounds + 4)))
part=$(events tcp_rttm | wc -l)
within "the rest is dropped" "$(stat_sum held_dropped)" \
	$((nr * 2 * rounds - part)) $((nr * (2 * rounds + 6)))
echo "# $nr connections, $(wc -l <"$TMP/guilty") of which lost:" \
	"$part of $full_blocks samples, $(bytes) of $full bytes"
within "a small part of all bytes, in a thousand" $(($(bytes) * 1000 / full)) \
	1 $((PATIENCE == 1 ? 50 : 200))

# --- the log is too small: the newest blocks are there, the primary says so

# it holds some of the round trips
echo $((nr * 1024)) >$CTL/hold
run 5002 after tcp_rttm,primary=tcp_retransmit tcp_retransmit
is "too small: identity" "$(identity)" ""
is "too small: exactly those that lost" "$(keys tcp_retransmit)" \
	"$(cat "$TMP/guilty")"
histories 32 part $((rounds + 1)) >"$TMP/histories"
like "too small: what is there is the newest, what is not is told" \
	"$(cat "$TMP/histories")" "histories=*"
within "too small: told" "$(count tcp_retransmit missed=1)" $lossy 1000
within "too small: hit rate" "$(count tcp_rttm held=1)" 1 \
	$((lossy * rounds - 1))
echo "# a log of $(cat $CTL/hold) bytes: $(tail -n 1 "$TMP/histories")"
echo 16M >$CTL/hold
finish
