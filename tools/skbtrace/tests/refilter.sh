#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse -S filters a recording again. Expected lines are selected from the JSON by
# jq. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3
examples=$here/../../../examples

for s in basic lost conns v6_only zoo; do
	gen $s $s.dat
done
more delay_conns delay.dat
for s in loss causes; do
	[ -r "$examples/$s.dat" ] && cp "$examples/$s.dat" .
done

# left FILE EXPR JQ: -S EXPR leaves the lines that jq selects
left() {
	local meta='.event == "trace" or .event == "lost"'
	"$S" parse --json "$1" 2>/dev/null | jq -c "select($meta or
		(.event != \"trace_end\" and ((.local // .peer) != null or
		 .lport != null) and ($3)))" >want
	"$S" parse --json -S "$2" "$1" 2>err | jq -c \
		'select(.event != "trace_end")' >is
	diff want is | head -20 >why
	[ -s why ] || cmp -s want is
}

lines() {
	grep -c . is
}

min=3
while IFS='|' read -r file expr pred; do
	[ -r "$file.dat" ] || { skip "$file" "no such example"; continue; }
	left "$file.dat" "$expr" "$pred"
	result $? "$file: $expr ($(lines) lines)"
done <<'E'
loss|dst port 443|.pport == 443
loss|src port 443|.lport == 443
loss|port 443|.pport == 443 or .lport == 443
loss|not port 443|(.pport == 443 or .lport == 443) | not
loss|src net 10.0.2.0/24|.local // "" | startswith("10.0.2.")
loss|dst host 10.0.3.2|.peer == "10.0.3.2"
loss|host 10.0.3.2 and not dst port 443|.local == "10.0.3.2" and .pport != 443
loss|tcp|(.proto // "tcp") == "tcp"
loss|udp|.proto == "udp"
loss|ip6|.local // "" | contains(":")
loss|ip|.local // "" | contains(":") | not
loss|src portrange 50000-60000|.lport >= 50000 and .lport <= 60000
causes|dst port 443|.pport == 443
causes|host 10.0.2.1 or host 10.0.3.1|.local == "10.0.2.1" or .peer == "10.0.2.1" or .local == "10.0.3.1" or .peer == "10.0.3.1"
causes|tcp and not net 10.0.0.0/8|false
basic|dst port 443|.pport == 443
basic|src host 10.0.2.1|.local == "10.0.2.1"
lost|src host 10.0.2.1|.local == "10.0.2.1"
lost|host 1.2.3.4|false
conns|ip6|.local // "" | contains(":")
conns|net 2001:db8::/32|(.local // "" | startswith("2001:db8:")) or (.peer // "" | startswith("2001:db8:"))
conns|ip and src port 1|.lport == 1
conns|not ip6|.local // "" | contains(":") | not
E
left loss.dat 'dst port 443' '.pport == 443'
[ "$(lines)" -gt $min ]
result $? "some lines are left"
"$S" parse --json -S 'host 1.2.3.4' loss.dat 2>err | jq -r .event >is
[ "$(tr '\n' ' ' <is)" = "trace trace_end " ]
result $? "trace and trace_end are told in any case"
"$S" parse -S 'host 1.2.3.4' lost.dat 2>err | grep -v '^#' >is
grep -q ' LOST ' is && [ "$(wc -l <is)" = 1 ] && says 'LOST 312'
result $? "losses are told in any case"

# A connect() has no port at first; early.sh tests that.
"$here/gen_early.py" other other.dat
"$S" parse -S 'src port 37846' other.dat 2>err | grep -v '^#' >is
! grep -q ':0>' is && grep -q '10.0.2.1:37846>10.0.2.2:443' is
result $? "a line is judged by the port that stands on it"
"$S" parse -S 'dst host 10.0.2.2' other.dat 2>err >is
grep -q '10.0.2.1:0>10.0.2.2:443' is && grep -q '10.0.2.1:37846>' is
result $? "before it has one, by the rest"

# with other options that choose events
"$S" parse -S 'dst port 443' --conn sk=1 loss.dat 2>/dev/null >is
"$S" parse --conn sk=1 loss.dat 2>/dev/null >want
diff want is >why
result $? "-S and --conn: both hold"
"$S" parse -S 'src port 443' --conn sk=1 loss.dat 2>/dev/null | grep -v '^#' >why
[ ! -s why ]
result $? "-S and --conn: one does not"
"$S" parse -S 'dst port 443' --conn '10.0.2.1:46028' loss.dat 2>/dev/null |
	grep -v '^#' >is
"$S" parse --conn '10.0.2.1:46028>*' loss.dat 2>/dev/null |
	grep -v '^#' >want
diff want is >why
result $? "-S and --conn ADDR:PORT"
"$S" parse -e tcp_rttm -S 'src net 10.0.2.0/24' loss.dat 2>/dev/null |
	awk '!/^#/ { print $3 }' | sort -u >is
[ "$(cat is)" = tcp_rttm ]
result $? "-S and -e"
"$S" parse --conn-filter 'dst port 443' --since 1 --until 1.1 loss.dat \
	2>/dev/null | awk '!/^#/ && ($1 < 1 || $1 > 1.1)' >why
[ ! -s why ]
result $? "-S and --since, --until"

# in tables
"$S" parse --summary -S 'dst host 10.0.2.2' loss.dat 2>/dev/null >is
[ "$(wc -l <is)" = 2 ] && grep -q '^10.0.2.1:46028>10.0.2.2:443 ' is
result $? "--summary: its connections only"
"$S" parse --summary loss.dat 2>/dev/null | grep '^10.0.2.1:' |
	tr -s ' ' >want
tail -n +2 is | tr -s ' ' | diff want - >why
result $? "--summary: what stands in the row is the same"
"$S" parse --summary --json -S 'src port 443' loss.dat 2>/dev/null |
	jq -r 'select(.conn).conn' >is
[ -s is ] && ! grep -v ':443>' is >why
result $? "--summary --json"
count() {
	"$S" parse --latency --json "$@" delay.dat 2>/dev/null |
		jq -r 'select(.event == "latency") | .complete'
}
[ "$(count)" = 6 ] && [ "$(count -S 'src port 35276')" = 3 ] &&
	[ "$(count -S 'tcp')" = 6 ] && [ "$(count -S 'udp')" = 0 ]
result $? "--latency: packets of these connections"

# bad input
run 2 parse -S 'port 443 and and tcp' basic.dat && says 'connection filter: ' &&
	grep -qx ' \{15\}^' err
result $? "a wrong expression, and where"
run 2 parse -S 'tcp[13] = 2' basic.dat && says 'lacks the TCP flags'
result $? "what connections have not"
run 2 parse -S '' basic.dat && says 'nothing in it'
result $? "an empty one"
if ! why=$(not_root || lacks setpriv); then
	chmod 755 . && chmod 644 basic.dat
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$S" parse -S tcp basic.dat >out 2>err
	result $? "needs no root"
else
	skip "needs no root" "$why"
fi

echo "1..$n"
exit $failed
