# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2317,SC2034 # ok() runs what stands behind it
# What the suites of the record side share: sourced by them.
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

# fresh [CPUS SUBBUFS EVENTS]: control files in ./d
fresh() {
	rm -rf --one-file-system d
	mkdir d
	# in an empty one the program would look for the kernel's
	"$here/mkctl.py" d "$@" || exit 1
}

# run ARGS...: the program on ./d; sets rc, leaves ./out and ./err
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

# serve FILE: on trace.cpu0 there is this, and after "-*" the end of file
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

# A kernel of sorts: data on trace.cpu0, end of file after "-*".
kernel() {
	local data
	fresh "$@"
	data=$(mktemp -p "$tmp")
	mv d/skbtrace/trace.cpu0 "$data"
	rm -f d/skbtrace/trace.cpu*
	echo "cpu 0 complete_ns=9000000000000000000" >>d/skbtrace/stat
	serve "$data"
}
