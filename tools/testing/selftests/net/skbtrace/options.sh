#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Options of events: sample=, sk_mark=, stack, each with each event that has it.
# Witnesses: both ends of a connection, which choose on their own; SO_MARK; stacks
# of tracefs.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need_event tcp_connection udp_send skb_delay ip_send ip_receive
net_up

# --- each event takes the options of its "format", and "enabled" reads them back

# first_word EVENT: a word that its skip= and only= take
first_word() {
	awk -v e="$1" '
		$1 == "syms" { split($3, a, "="); word[$2] = a[2] }
		$1 == "event" {
			on = $3 == e
			for (i = 4; on && i <= NF; i++)
				if (sub("^selector=", "", $i)) want = $i
			sub(":.*", "", want)
		}
		$1 == "field" && on && $2 == want {
			sub("enum:", "", $5)
			print word[$5]
			exit
		}' "$TMP/format"
}

# spec EVENT OPTIONS: with all these options, as the kernel prints it
spec() {
	local text=$1
	[[ $2 != *only* ]] || text+=",only=$(first_word "$1")"
	[[ $2 != *sk_mark* ]] || text+=,sk_mark=0x7
	[[ $2 != *sample* ]] || text+=,sample=3
	[[ $2 != *stack* ]] || text+=,stack
	echo "$text"
}

# reads_back SPEC
reads_back() {
	put enabled "$1" 2>/dev/null || bad+="$1: $(<$CTL/error); "
	[ "$(<$CTL/enabled)" = "$1" ] || bad+="$1 is read as $(<$CTL/enabled); "
	put enabled "-*"
}

n=0 bad=
while read -r name opts; do
	n=$((n + 1))
	reads_back "$name"
	reads_back "$(spec "$name" "$opts")"
done <<<"$(sed -n 's/^event [0-9]* \([^ ]*\) .*role=event .*state=exact .*opts=\([^ ]*\).*/\1 \2/p' "$TMP/format")"
is "each event takes its options, and they read back" "$bad" ""
within "there are some" $n 15 100

# --- sample=: both ends, events of connections and of packets choose the same ones

EACH=66		# connections of each kind

# connections FAMILY PORT: EACH of them, to that port
connections() {
	server in_b "tcp$1" bind "$(addr B "$1")" "$2" listen 5 \
		touch "$TMP/ready" times $EACH accept eof again close
	in_a sk times $EACH "tcp$1" bind "$(addr A "$1")" 0 \
		connect "$(addr B "$1")" "$2" write 10 shut eof close again \
		>/dev/null
	wait "$server_pid"
}

# flows EVENT FIELD NAMESPACE: "SERVER'S PORT-CLIENT'S PORT" of each connection that
# has the event. Minisockets of the part before, which may end now, are left out.
flows() {
	local own=lport other=pport
	[ "$2" = lport ] || own=pport other=lport
	events "$1" netns="$(netns_of "$3")" | awk -v own=$own -v other=$other '{
		for (i = 1; i <= NF; i++) { split($i, a, "="); v[a[1]] = a[2] }
		if (v["end"] + 0 == 0 && v["pport"] + 0 && v["state"] != "TIME_WAIT")
			print v[other] "-" v[own]
	}' | sort -u
}

# sampled N: records with sample=N
sampled() {
	trace_on "tcp_connection,sample=$1" "ip_send,sample=$1" \
		"ip_receive,sample=$1"
	connections 4 5001
	connections 6 5002
	connections m 5003
	trace_off
	is "sample=$1: identity" "$(identity)" ""
	is "sample=$1: nothing is lost" "$(stat_sum lost)" 0
	flows tcp_active_conn lport "$A" >"$TMP/chosen"
	n=$(wc -l <"$TMP/chosen")
	is "sample=$1: the other end chooses the same" \
		"$(flows tcp_active_conn pport "$B")" "$(<"$TMP/chosen")"
	is "sample=$1: packets sent: the same" \
		"$(flows ip_send lport "$A")" "$(<"$TMP/chosen")"
	is "sample=$1: packets received: the same" \
		"$(flows ip_receive pport "$B")" "$(<"$TMP/chosen")"
	for state in ESTABLISHED FIN_WAIT1; do
		is "sample=$1: each of them gets to $state" \
			"$(count tcp_connection netns="$(netns_of "$A")" \
				state=$state)" "$n"
	done
	# a slow machine may have sent some segments twice
	is "sample=$1: all bytes of each" "$(events ip_receive proto=tcp \
		netns="$(netns_of "$B")" | awk '{
			for (i = 1; i <= NF; i++) {
				split($i, a, "=")
				v[a[1]] = a[2]
			}
			if (!seen[v["lport"], v["pport"], v["seq"], v["len"]]++)
				n += v["len"]
		}
		END { print n + 0 }')" $((n * 10))
}

sampled 1
is "sample=1 is all" "$n" $((3 * EACH))
sampled 4
# 198 / 4, give or take four standard deviations
within "sample=4: about a quarter" "$n" 25 74
for port in 5001 5002 5003; do
	within "sample=4: some of port $port" \
		"$(grep -c "^$port-" "$TMP/chosen")" 2 40
done
within "sample=4: the others are counted" "$(stat_sum skipped)" 500 100000

# --- sk_mark=

trace_on tcp_connection,sk_mark=77 ip_send,sk_mark=77
for f in 4 6 m; do
	server in_b "tcp$f" bind "$(addr B $f)" 5010 listen 5 \
		touch "$TMP/ready" accept cookie eof
	in_a sk "tcp$f" opt mark 77 connect "$(addr B $f)" 5010 cookie \
		write 10 acked shut eof >"$TMP/marked$f"
	wait "$server_pid"
	server in_b "tcp$f" opt mark 77 bind "$(addr B $f)" 5011 listen 5 \
		touch "$TMP/ready" accept cookie eof
	in_a sk "tcp$f" connect "$(addr B $f)" 5011 cookie write 10 acked \
		shut eof >"$TMP/unmarked$f"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/marked$f.server"
done
server in_b udp4 bind "$B4" 9 touch "$TMP/ready" recv 6
in_a sk udp4 opt mark 77 connect "$B4" 9 cookie send 3 10 >"$TMP/marked"
in_a sk udp4 connect "$B4" 9 send 3 20
wait "$server_pid"
trace_off
is "sk_mark=: identity" "$(identity)" ""
is "sk_mark=: those sockets, and children of a listener" \
	"$(values key tcp_connection | sort -u)" \
	"$(for f in 4 6 m; do
		value cookie "$TMP/marked$f"
		value cookie "$TMP/marked$f.server"
	done | sort -u)"
for f in 4 6 m; do
	key=$(value cookie "$TMP/marked$f")
	like "sk_mark=: $f: minisockets, too" "$(states "$key")" \
		"*SYN_SENT*TIME_WAIT(mini)*"
	server=$(value cookie "$TMP/marked$f.server")
	like "sk_mark=: $f: children" "$(states "$server")" \
		"SYN_RECV>ESTABLISHED *>CLOSE"
	# nothing is sent before the connection is established
	like "sk_mark=: $f: requests, too: the SYN-ACK" \
		"$(grep -E " (key|sk)=$server " "$TMP/events" |
			grep -E 'event=(ip_send|tcp_connection) ' | head -n 1)" \
		"*event=ip_send * len=0 *"
	is "sk_mark=: $f: packets of the socket" \
		"$(sum len ip_send sk="$key" proto=tcp)" 10
done
is "sk_mark=: $f: packets without it" "$(count ip_send lport=5010 | cat) $(
	count ip_send pport=5011)" "0 0"
is "sk_mark=: UDP" "$(count ip_send proto=udp | cat) $(count ip_send proto=udp \
	sk="$(value cookie "$TMP/marked")" len=10)" "3 3"

# --- stack

server in_b tcp4 bind "$B4" 5020 listen 5 touch "$TMP/ready" accept eof
trace_on tcp_connection,stack ip_send,stack skb_delay,stack,only=net_dev_queue
in_a sk tcp4 connect "$B4" 5020 cookie write 10 acked shut eof >"$TMP/client"
wait "$server_pid"
trace_off
is "stack: identity" "$(identity)" ""
is "stack: each event has one" "$(grep -c ' ctx=.* key=.* stack=' "$TMP/events")" \
	"$(grep -cE 'event=(tcp_connection|ip_send|skb_delay) ' "$TMP/events")"
key=$(value cookie "$TMP/client")
# called EVENT [FIELD=VALUE]...: functions of the first one's stack, innermost first
called() {
	local id
	for id in $(list stack "$@" | cut -d' ' -f 1 | tr : ' '); do
		list name symbol id="$id" | sed 's/ .*//; s/+.*//'
	done | xargs
}
# in user mode Linux the innermost functions are those that record the stack
((VIRTUAL)) && outermost='*' || outermost='*__sys_connect*'
like "stack: a SYN, sent by connect()" "$(called ip_send sk="$key")" \
	"*__tcp_transmit_skb*tcp_connect*tcp_v4_connect$outermost"
like "stack: data, sent by write()" "$(called ip_send sk="$key" len=10)" \
	"*__tcp_transmit_skb*tcp_write_xmit*tcp_sendmsg*"
like "stack: a state, by connect()" "$(called tcp_connection key="$key" \
	state=SYN_SENT)" "*tcp_v4_connect*__sys_connect*"
like "stack: skb_delay" "$(called skb_delay len=10 sk="$key")" \
	"*__dev_queue_xmit*ip_finish_output2*"
awk '{ print $3 }' /proc/kallsyms | sort -u >"$TMP/kallsyms"
is "stack: functions of this kernel" "$(values name symbol | sed 's/+.*//' |
	sort -u | comm -23 - "$TMP/kallsyms")" ""
skbtrace parse --format "$TMP/format" "$TMP"/cpu* >"$TMP/text"
ok "stack: text" grep -qE "ip_send .* stack=.*tcp_write_xmit.*<-tcp_sendmsg" \
	"$TMP/text"

# --- stacks, while events are lost

echo 2 >$CTL/subbuf_nr
echo 4096 >$CTL/subbuf_size
trace_on udp_send,stack ip_send,stack skb_delay,stack
server in_b udp4 bind "$B4" 5021 touch "$TMP/ready" until "$TMP/end"
in_a sk udp4 connect "$B4" 5021 send 1000 100
touch "$TMP/end"
wait "$server_pid"
trace_off
is "stack: with loss: identity" "$(identity)" ""
within "stack: with loss: there is some" "$(stat_sum lost)" 1 100000
finish
