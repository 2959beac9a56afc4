#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/two-hosts.sh - the clocks of two hosts, one of which collects
#
# Two machines of user mode Linux with a wire between them, in real time. The
# sender boots three seconds later, and its clock is 50 ppm too fast. Datagrams go
# there and back, one after the other; both ends record them. In what the collector
# has, no effect stands before its cause by more than the error that "parse"
# prints. TAP.

# shellcheck disable=SC2317 # ok() runs what stands behind it
set -uo pipefail
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
esac

"$ROOT/scripts/kernel.sh" uml >/dev/null || exit
tmp=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-two-hosts.XXXXXX")
trap 'jobs -p | xargs -r kill 2>/dev/null; wait; rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
here=$ROOT/tools/skbtrace/tests n=0 failed=0
# shellcheck source=../tools/skbtrace/tests/assert.sh
. "$here/assert.sh"
: >"$tmp/out"
: >"$tmp/err"

# ports: two of UDP that nobody has, for the wire
ports() {
	python3 -c '
import socket
s = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for i in range(2)]
for one in s:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in s))'
}

# host ROLE OWN-PORT OTHER-PORT: a machine, with its end of the wire
host() {
	mkdir -p "$tmp/$1"
	"$ROOT/scripts/vm.sh" -k uml -m 512M -t 600 -w "$tmp/$1" \
		-a "time-travel=off vec0:transport=l2tpv3,udp=1,src=127.0.0.1,srcport=$2,dst=127.0.0.1,dstport=$3,tx_session=0x4717,rx_session=0x4717" -- \
		"$ROOT/scripts/two-hosts-guest.sh" "$1" "$tmp/$1" \
		>"$tmp/$1.said" 2>&1
}

echo "TAP version 13"
read -r a b < <(ports)
host collector "$a" "$b" &
collector=$!
# not a wait for something: the difference of their clocks
sleep 3
host sender "$b" "$a" &
sender=$!
ok "the sender has come to its end" wait "$sender"
ok "and the collector" wait "$collector"
((!failed)) || sed 's/^/# /' "$tmp"/*.said

files=("$tmp/collector/own.dat" "$tmp/collector/d/sender-default.dat")
S=$ROOT/tools/skbtrace/skbtrace

# meta KEY: of what the collector knows of the sender's clock at the end
meta() {
	"$S" info --meta offset "${files[1]}" | awk -v key="$1" 'NF { last = $0 } END {
		n = split(last, w, " ")
		for (i = 1; i < n; i++)
			if (w[i] == key)
				print w[i + 1]
	}'
}

within() { # NUMBER LOW HIGH
	awk -v n="$1" -v low="$2" -v high="$3" \
		'BEGIN { if (n != "" && n + 0 >= low && n + 0 <= high) exit; print n; exit 1 }'
}

ok "the clocks are some seconds apart" within "$(meta offset_ns)" 2500000000 600000000000
ok "one of them is 50 ppm faster" within "$(meta drift_ppb)" -75000 -25000
ok "the error is told" within "$(meta error_ns)" 1 20000000
for order in "0 1" "1 0"; do
	read -r i j <<<"$order"
	"$S" parse --json "${files[i]}" "${files[j]}" >"$tmp/json" 2>"$tmp/err"
	ok "effects behind their causes, files in order $order" \
		python3 "$ROOT/scripts/two-hosts-order.py" "$tmp/json"
	sed 's/^/# /' "$tmp/why"
done
echo "1..$n"
exit $((failed > 0))
