#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse --summary: rows of a time range, of a choice of events, of several hosts, of
# many connections. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

summary() {
	"$here/gen_summary.py" "$@" || exit 1
}
for s in window boot_a boot_a_later boot_b boot_other boot_old; do
	summary $s $s.dat
done

# row NAME WANT ARGS...: compares the cells of sk=1 behind its name, blanks squeezed
row() {
	local name=$1 want=$2 got
	shift 2
	"$S" parse --summary window.dat "$@" >out 2>err
	got=$(sed -n 's/^10\.0\.2\.1:37846>10\.0\.2\.2:443 *//p' out | tr -s ' ')
	[ "$got" = "$want" ] || { echo "is: $got"; cat err; } >why
	[ ! -s why ]
	result $? "$name"
}

all='1 5.000s 4000 7 2 39.0/43.0 cwnd 40% swnd 36% handshake 20% app 4%'
row "the whole" "$all"
row "--since: what was before does not count" \
	'1 1.500s 3000 4 2 42.0/43.0 swnd 87% app 13%' --since 3.5
row "--until: nor what comes after" \
	'1 3.100s 1000 3 0 40.0/41.0 open cwnd 65% handshake 32% swnd 3%' --until 3.1
row "both" '1 0.500s 0 0 0 -/- open cwnd 100%' --since 1.6 --until 2.1
row "after it all" '' --since 5.1
"$S" parse --summary -v window.dat --since 1 --until 2 >out
grep -q '^10.0.1.1.* 2 *1.000s' out || cat out >why
[ ! -s why ]
result $? "a connection that idles lives, too"

# ---- a socket that becomes another connection

summary again again.dat
"$S" parse --summary -v again.dat 2>err | awk '/^1/ {
	print $1, $2, $3, $7, $NF }' >out
cat >want <<'END'
10.0.2.1:37846>10.0.2.2:443 1 0.300s 1.0/1.0 100%
10.0.2.1:37848>10.0.2.2:444 1 0.300s 3.0/3.0 100%
10.0.2.1:37847>10.0.2.2:443 1 0.002s 2.0/2.0 -
10.0.2.1:80>* 1 0.001s 9.0/9.0 open
END
diff want out >why
result $? "each connection of a socket is one"

# ---- beginnings, ends, drops of no socket

summary outcomes outcomes.dat
outcome() {	# NAME LPORT WANT: compares the cells behind RTT
	"$S" parse --summary outcomes.dat >out 2>err
	got=$(awk -v c=":$2>" 'index($1, c) {
		$1 = $2 = $3 = $4 = $7 = ""; print }' out | tr -s ' ')
	[ "$got" = "$3" ] || { echo "is: $got"; cat out err; } >why
	[ ! -s why ]
	result $? "$1"
}
outcome "refused" 1 " 0 0 refused handshake 100% => refused"
outcome "reset before there was an answer" 3 " 0 0 reset by peer handshake 100% => refused"
outcome "another error has its own word" 4 " 0 0 EPROTO app 100% => error"
outcome "timed out" 5 " 0 0 timed out app 100% => timed-out?"
outcome "given up" 6 " 0 0 given up handshake 100% => no-answer"
outcome "spurious, duplicates, strays" 35276 " 5 28 open spurious 3 duplicates 7"
foot() {	# NAME PATTERN
	grep -q "$2" out || cat out >why
	[ ! -s why ]
	result $? "$1"
}
foot "those of nobody are counted" '^# 32 segments were dropped of connections'
foot "so is who idles" '^# open, and nothing happened on them: 1, '
"$S" parse --summary -v outcomes.dat >out
foot "-v shows it" '^10.0.2.1:7>'
[ "$(grep -c ':0>' out)" = 0 ] || cat out >why
[ ! -s why ]
result $? "no row for what has no ports"
"$S" parse --summary -v window.dat >out
foot "-v explains a word" "^# swnd: the peer's window"
summary turns turns.dat
share() {	# NAME LPORT WANT
	"$S" parse --summary turns.dat >out 2>err
	got=$(sed -n "s|^10.0.2.1:$2>.* -/- *||p" out | tr -s " ")
	[ "$got" = "$3" ] || { echo "is: $got"; cat out err; } >why
	[ ! -s why ]
	result $? "$1"
}
share "who waits for answers" 40001 "app 48% peer 46% rtt 4% swnd 2% => peer-thinks"
share "so without the send limit" 40002 "app 50% peer 46% cwnd 4% => peer-thinks"
"$S" parse outcomes.dat -e skb_drop >out
[ "$(sed -n 's/.* dir=\(fwd\|rx\) .* seq=\([0-9]*\) .*/\1 \2/p' out |
	sort | uniq -c | tr -s ' ' | tr '\n' ,)" = \
	" 1 fwd 100, 1 fwd 12345, 1 fwd 9, 3 rx 100," ] || cat out >why
[ ! -s why ]
result $? "numbers are relative where the tuple is known"
[ "$("$S" parse --summary --json outcomes.dat | jq -c \
	'select(.sk == "1") | [.open, .end, .err]')" = \
	'[false,"refused","ECONNREFUSED"]' ]
result $? "JSON has it, too"

# ---- NAT

summary nat nat.dat
"$S" parse --summary nat.dat >out 2>err
[ "$(awk '/^10/ { print $2, $6 }' out | paste -sd,)" = "2 9,3 6" ] || cat out >why
[ ! -s why ]
result $? "NAT: drops on both sides of it are the connection's, of its sender"
foot "but one of which no other address is told" \
	'^# 16 segments were dropped of connections'
"$S" parse --conn sk=2 -e skb_drop nat.dat >out 2>err
[ "$(sed -n 's/.* seq=\([0-9]*\) .*/\1/p' out | paste -sd' ')" = "100 200 300 400" ] ||
	cat out >why
[ ! -s why ]
result $? "and its lines, with relative numbers"
nat=' nat_local=10.0.1.1 nat_peer=10.0.1.2 nat_lport=35276 nat_pport=443'
[ "$(grep -c "$nat" out) $(grep -c nat_ out)" = "2 3" ] || cat out >why
[ ! -s why ]
result $? "which say the other addresses, if there are any"
for c in 3:sk=3 4:10.0.1.1:35276 3:192.0.2.1:61234; do
	[ "$("$S" parse --conn "${c#*:}" nat.dat 2>err | grep -c skb_drop)" = "${c%%:*}" ]
	result $? "--conn ${c#*:} finds them, too"
done
"$S" parse --json nat.dat | jq -c 'select(.event == "skb_drop") |
	[.nat_local, .nat_lport]' | sort | uniq -c | tr -s ' ' | paste -sd, >out
[ "$(cat out)" = ' 2 ["10.0.1.1",35276], 1 ["10.0.1.2",443], 2 [null,0]' ] || cat out >why
[ ! -s why ]
result $? "JSON has them always"

# ---- a choice of events

row "--conn sk=" "$all" --conn sk=1
row "--conn by its own end is the same row" "$all" --conn 10.0.2.1:37846
row "by both" "$all" --conn '10.0.2.1:37846>*:443'
row "-S" "$all" -S 'src port 37846'
"$S" parse --summary --json window.dat --conn 10.0.2.1:37846 >out
[ "$(wc -l <out)" = 1 ] || cat out >why
[ ! -s why ]
result $? "and no other row"
row "-e: only from these" '1 0.000s - - 2 -/- open' -e skb_drop --since 0.5
row "-e with --conn" '1 4.500s - 7 - -/- open' -e tcp_retransmit --conn sk=1
run 2 parse --summary -e nix window.dat && says 'no such event'
result $? "-e of what is not there"

# ---- hosts

rows() {	# NAME WANT FILES...
	local name=$1 want=$2
	shift 2
	run 0 parse --summary "$@"
	[ "$(tail -n +2 out | wc -l)" = "$want" ] || cat out >>why
	[ ! -s why ]
	result $? "$name"
}
rows "one boot is one host, even if its wall clock was set" 1 \
	boot_a.dat boot_a_later.dat
rows "another boot is another one, even if the clocks agree" 2 \
	boot_a.dat boot_b.dat
rows "three recordings of two" 2 boot_a.dat boot_b.dat boot_a_later.dat
rows "without the boot's id: by name and clock" 1 boot_a.dat boot_old.dat
rows "another name" 2 boot_old.dat boot_other.dat

# ---- many

summary crowd crowd.dat
"$S" parse --summary crowd.dat >out 2>err
got=$(sed -n '1s/^# .* connections \(more than fit\).*/\1/p; 3p' out |
	awk 'NR == 1 { print } NR == 2 { print $2, $5 }')
[ "$got" = $'more than fit\n8164f 5' ] || head -5 out >why
[ ! -s why ]
result $? "more connections than fit: the worst one is first"
run 0 parse --summary --json crowd.dat && says 'more than fit'
result $? "and in JSON it is said, too"
rm crowd.dat
summary hostile hostile.dat
timeout 20 "$S" parse --summary hostile.dat >out 2>err
result $? "cookies chosen to fall together cost no more"

echo "1..$n"
exit $failed
