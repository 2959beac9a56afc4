#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/causes-walk.sh [--icount] [--save FILE] - five causes of a slow connection
#
# Boots a VM in which five connections are slow, each for another reason. Prints
# for each the command, the lines and the row that show the reason. FILE keeps
# the recording; the documentation quotes the one in examples, which was made
# with --icount: one CPU whose clock counts instructions, so that a busy host
# does not change the figures.
#
#   10.0.1.1 path1 ---- 20 ms each way ---- path1 10.0.1.2   loses packets
#   10.0.2.1 path2 ----     the same   ---- path2 10.0.2.2   small receive buffer
#   10.0.3.1 path3                          path3 10.0.3.2   Nagle
#   10.0.4.1 path4                          path4 10.0.4.2   small send buffer
#   10.0.5.1 path5                          path5 10.0.5.2   slow program

set -euo pipefail

# --- in the VM

# serve PATH [WORDS OF sk]
serve() {
	ip netns exec servers sk tcp4 "${@:2}" bind "10.0.$1.2" 443 listen 1 \
		touch "ready$1" accept eof >/dev/null &
	until [ -e "ready$1" ]; do
		sleep 0.05
	done
}

# upload PATH "BEFORE connect" "AFTER"
upload() {
	# shellcheck disable=SC2086 # words
	ip netns exec clients sk tcp4 $2 connect "10.0.$1.2" 443 $3 shut eof \
		>/dev/null &
}

# what "skbtrace record" runs
traffic() {
	upload 1 "opt sndbuf 200000" "write 200000"
	upload 2 "opt sndbuf 200000" "write 60000"
	upload 3 "" "times 200 write 50 pause 2000 again"
	upload 4 "opt sndbuf 4608 opt nodelay 1" "write 800000"
	upload 5 "opt nodelay 1" "times 20 write 1000 pause 25000 again"
	wait
}

guest() {
	# The command line becomes part of the recording: no paths of this machine
	PATH=$(cd "$(dirname "$0")" && pwd):$1:$PATH
	. "$(dirname "$0")/demo-net.sh"
	cd "$1"
	network
	loss 1 10
	serve 1
	serve 2 opt rcvbuf 8192
	serve 3
	serve 4
	serve 5
	skbtrace record -q -f -o causes.dat -e @why,@send -- \
		causes-walk.sh traffic
}

case ${1-} in
guest | traffic)
	"$@"
	exit
	;;
esac

# --- here

. "$(dirname "$0")/lib.sh"
file='' clock=()
while (($#)); do
	case $1 in
	--icount) clock=(--icount) ;;
	--save) file=${2:?}; shift ;;
	-h | --help) usage 0 ;;
	*) usage ;;
	esac
	shift
done

"$ROOT/scripts/deps.sh" kernel vm tools
make --no-print-directory -s -C "$ROOT/tools/skbtrace" >&2
image=$("$ROOT/scripts/kernel.sh" plain)

dir=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-causes.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cc -O2 -o "$dir/sk" "$ROOT/tools/testing/selftests/net/skbtrace/sk.c"
msg "booting $(basename "$(dirname "$(dirname "$image")")") in a virtual machine ..."
cd "$ROOT"
aside "$ROOT/scripts/vm.sh" -k plain "${clock[@]}" -w "$dir" -- \
	"$ROOT/scripts/causes-walk.sh" guest "$dir" ||
	die "the part in the virtual machine failed ($?)"
: "${file:=$dir/causes.dat}"
[ "$file" -ef "$dir/causes.dat" ] || cp "$dir/causes.dat" "$file"
chmod 644 "$file"
name=$(realpath --relative-base="$ROOT" "$file")
PATH=$ROOT/tools/skbtrace:$PATH

# show COMMAND LINE
show() {
	echo "\$ $*"
	bash -c "$*"
}

# lines CONNECTION EVENTS FILTER: without the column of the connection
lines() {
	show "skbtrace parse $name --conn '$1' -e $2 | $3 | cut -c1-38,79-"
}

show "skbtrace parse $name --summary --conn '*>*:443'"
lines '*>10.0.1.2:443' tcp_congestion "sed -n 2,5p"
lines '*>10.0.2.2:443' tcp_sendlimit "grep swnd | sed -n 1,2p"
lines '*>10.0.3.2:443' tcp_sendlimit "grep nagle | sed -n 1,2p"
lines '*>10.0.4.2:443' sk_sndbuf_wait "sed -n 4,5p"
lines '*>10.0.5.2:443' tcp_sendlimit "sed -n 2,3p"
