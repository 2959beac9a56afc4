# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2317,SC2034 # ok() runs what stands behind it
# Shared by the suites of the record side
#
# SKBTRACE is the program (default: the one next to this folder).

set -u
here=$(cd "$(dirname "$0")" && pwd)
S=$(realpath "${SKBTRACE:-$here/../skbtrace}")
tmp=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf --one-file-system "$tmp"' EXIT
cd "$tmp" || exit 1
unset SUDO_UID SUDO_GID
n=0

# shellcheck source=assert.sh
. "$here/assert.sh"
need python3

# fresh [CPUS SUBBUFS EVENTS]: makes new control files in ./d
fresh() {
	rm -rf --one-file-system d
	mkdir d
	# if it were empty, the program would look for the kernel's
	"$here/mkctl.py" d "$@" || exit 1
}

# run ARGS...: runs the program on ./d; sets rc, writes ./out and ./err
run() {
	local cmd=$1
	shift
	"$S" "$cmd" -r d "$@" >out 2>err
	rc=$?
}

fails() { # CODE TEXT
	is "$rc" "$1" && says "$2"
}

enabled() { is "$(cat d/skbtrace/enabled)" "$1"; }

# serve FILE: trace.cpu0 delivers it, and the end of file after "-*"
serve() {
	mkfifo d/skbtrace/trace.cpu0
	rm -f ready
	(
		exec 3<>d/skbtrace/trace.cpu0
		cat "$1" >&3
		: >ready
		while [ -p d/skbtrace/trace.cpu0 ] &&
			! grep -qsF -- '-*' d/skbtrace/enabled; do
			sleep 0.02
		done
	) &
	wait_for test -e ready
}

# Plays the kernel: data on trace.cpu0, and the end of file after "-*".
kernel() {
	local data
	fresh "$@"
	data=$(mktemp -p "$tmp")
	mv d/skbtrace/trace.cpu0 "$data"
	rm -f d/skbtrace/trace.cpu*
	echo "cpu 0 complete_ns=9000000000000000000" >>d/skbtrace/stat
	serve "$data"
}
