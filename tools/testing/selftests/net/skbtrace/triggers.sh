#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Many connections, ten of them with certain loss: their history is written, and
# nothing else; block by block as a full recording of the same run implies; with
# a log that is too small, too.

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

# Their packets do not get into B. A drop on the way out of A would be told to
# TCP, which does not count what it then sends again.
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

# settled NAMESPACE-FUNCTION: nothing there waits for an ACK, so that nobody sends
# again between the end of tracing and what TCP_INFO says
settled() {
	! "$1" ss -Htin state established | grep -q 'unacked:'
}

# run PORT before|after SPEC...: all connections, under these events, until they
# have been closed, or before. What both ends say is in $TMP/both; who has sent
# anything again, says TCP_INFO, in $TMP/guilty
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
	[ "$close" = after ] || trace_off # with their ends
	from=$((from + nr))	# these are in TIME_WAIT
	cat "$TMP/client" "$TMP/server" >"$TMP/both"
	grep -o 'cookie=[^ ]*' "$TMP/both" | cut -d= -f2 | sort >"$TMP/guilty"
}

# The keys of an event's blocks, each once, but for a FIN that was sent again: who
# has been closed says TCP_INFO no more
keys() {
	events "$@" | grep -Ev ' state=(FIN_WAIT1|LAST_ACK|CLOSING) ' |
		grep -o ' key=[^ ]*' | cut -d= -f2 | sort -u
}

# Of the blocks in all streams
bytes() {
	grep -o ' bytes=[0-9]*' "$TMP/events" | awk -F= '{ n += $2 } END { print n }'
}

# histories: of each connection, what stands before its tcp_retransmit is what
# the blocks of the whole run say: those between the retransmission before and
# this one, the last BEFORE of them, oldest first. With PART some of the oldest
# may be missing, if the primary says so. Prints what is wrong, then
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
		# the blocks of one CPU between a HISTORY and the primary
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
		        at.pop(cpu, None)	# its FIN; the end was told before
		    elif l["event"] == "tcp_retransmit":
		        key, time = l["key"], int(l["time"])
		        got = at.pop(cpu, [])
		        if any(k != key for k, t in got):
		            print(key, "has what is another's")
		        got = [t for k, t in got]
		        # newest: none of those that an earlier one has had
		        window = [t for t in full.get(key, []) if t <= time][-before:]
		        want = [t for t in window if t > last.get(key, 0)]
		        if part:	# the blocks that were overwritten are nowhere
		            want_nr = int(sys.argv[4]) if key not in last else len(want)
		        else:
		            want_nr = len(want)
		        missed = l.get("missed", "0") == "1"
		        if got != want:
		            print(key, "at", time, "got", len(got), "wanted", len(want))
		        # an earlier one that missed some does so for those after it
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

# --- a full recording of it all: at their ends the other blocks are written,
# too, so that each of the run is in the stream, before a loss or not

run 5000 before 'tcp_rttm,primary=tcp_retransmit:tcp_connection,before=256' \
	tcp_retransmit 'tcp_connection,only=FIN_WAIT1:LAST_ACK'
is "full: identity" "$(identity)" ""
full=$(bytes)
full_blocks=$(count tcp_rttm)
if ((PATIENCE == 1)); then	# else a FIN may be sent again
	is "full: who has lost, says TCP_INFO" "$(keys tcp_retransmit)" \
		"$(cat "$TMP/guilty")"
	# a busy machine may send again what was not lost
	within "full: ten have" "$(wc -l <"$TMP/guilty")" $lossy "$nr"
fi
histories 256 >"$TMP/histories"
like "full: each history, block by block" "$(cat "$TMP/histories")" \
	"histories=*missed=0"
# each round trip is a sample on both sides, as is the handshake for the client
within "full: all samples are there" "$full_blocks" \
	$((nr * (2 * rounds + 1))) $((nr * (2 * rounds + 6)))
is "full: nothing twice" "$(events tcp_rttm | sort | uniq -d | wc -l)" 0
is "full: memory is enough" "$(count HISTORY missed=1)" 0

# --- what it is for

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

# --- the log is too small: the newest are there, the primary says so

# some of the round trips fit
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
