#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/trouble.sh - what the scripts do when something is missing
#
# No room on the disk or for a machine's memory, ptrace(2) forbidden, another
# build of the same kernel, a run that is killed: a message that says which,
# nothing left behind. Needs the kernel uml, and root. TAP.

# shellcheck disable=SC2317 # ok() runs what stands behind it
set -uo pipefail
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
esac

kernel=$("$ROOT/scripts/kernel.sh" uml) || exit
tmp=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-trouble.XXXXXX")
trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
here=$ROOT/tools/skbtrace/tests n=0 failed=0
# shellcheck source=../tools/skbtrace/tests/assert.sh
. "$here/assert.sh"
: >"$tmp/out"

# run COMMAND...: what it says in $tmp/err, its exit status in $status
run() {
	status=0
	"$@" >"$tmp/err" 2>&1 </dev/null || status=$?
}

fails() { # EXIT-STATUS TEXT
	((status == $1)) || { echo "exit status $status"; return 1; }
	grep -qF -- "$2" "$tmp/err"
}

# patient SECONDS COMMAND...: where wait_for is not enough
patient() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}

# Processes that have this test's folder among their arguments
machines() {
	pgrep -f "$tmp/[^ ]*skbtrace-vm" >/dev/null
}

no_machines() {
	! machines
}

echo "TAP version 13"

# --- no room. Namespaces of mounts, where a small disk hides what is there

small() { # DIR MEGABYTES COMMAND...
	# shellcheck disable=SC2016 # expanded there
	unshare -m -- bash -c 'mount -t tmpfs -o size="$2"m tmpfs "$1" || exit; shift 2; "$@"' \
		small "$@"
}

if unshare -m true 2>/dev/null; then
	mkdir "$tmp/cache"
	# shellcheck disable=SC2016
	run small "$tmp/cache" 100 env SKBTRACE_CACHE="$tmp/cache" bash -c \
		'"$0" uml; status=$?; find "$SKBTRACE_CACHE" -type f -size +0; exit $status' \
		"$ROOT/scripts/kernel.sh"
	ok "no room for a kernel: which, how much, what to do" \
		fails 1 "no room for Linux"
	ok "... and nothing is begun" test "$(grep -c "^$tmp/cache" "$tmp/err")" = 0

	mkdir "$tmp/small"
	# shellcheck disable=SC2016
	run small "$tmp/small" 1 env TMPDIR="$tmp/small" unshare -m -- bash -c \
		'mount -t tmpfs -o size=1m tmpfs /dev/shm && "$@"' inner \
		"$ROOT/scripts/vm.sh" -k uml -m 512M -- true
	ok "no room for the memory of a machine" fails 1 "no room for the memory"
	run unshare -m -- bash -c 'mount -t tmpfs -o size=1m tmpfs /dev/shm && "$@"' inner \
		"$ROOT/scripts/vm.sh" -k uml -m 512M -- echo there
	ok "a small /dev/shm, as in a container, is no trouble" fails 0 there
else
	skip "no room" "mount namespaces are forbidden"
fi

# --- ptrace(2) forbidden, as a container's filter of system calls does

forbid='
import ctypes, os, struct, sys
libc = ctypes.CDLL(None)
# ld nr; ptrace (101): EPERM; else allow
code = b"".join(struct.pack("HBBI", *i) for i in (
    (0x20, 0, 0, 0), (0x15, 0, 1, 101), (6, 0, 0, 0x50001), (6, 0, 0, 0x7fff0000)))
class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_char_p)]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22
assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
assert libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(Program(len(code) // 8, code)), 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])'
run python3 -c "$forbid" "$ROOT/scripts/vm.sh" -k uml -- true
ok "ptrace is forbidden: told" fails 125 "ptrace(2) is forbidden here"

# --- another build of the same kernel

lock=$(dirname "$(dirname "$kernel")")/uml.lock
flock "$lock" sleep 3 &
sleep 0.5
start=$SECONDS
run "$ROOT/scripts/kernel.sh" uml
ok "another build: waits for it, and says so" \
	fails 0 "another build of uml is running, waiting"
ok "... until it has ended" test $((SECONDS - start)) -ge 2

# --- killed

export TMPDIR=$tmp
forever='while :; do :; done'
"$ROOT/scripts/vm.sh" -k uml -- bash -c "$forever" >"$tmp/err" 2>&1 &
ok "a machine runs" patient 20 machines
kill -KILL $!
ok "vm.sh is killed: no machine is left" patient 20 no_machines
"$ROOT/scripts/check.sh" leaks >"$tmp/err" 2>&1 &
ok "a check runs" patient 60 machines
kill -KILL $!
ok "check.sh is killed: no machine is left" patient 30 no_machines
"$ROOT/scripts/flaky.sh" -b 1 1 why.sh >"$tmp/err" 2>&1 &
ok "a test is run again and again" patient 60 machines
kill $!
ok "flaky.sh is ended: no machine is left" patient 20 no_machines
rm -rf "$tmp"/skbtrace-*
"$ROOT/scripts/vm.sh" -k uml -- bash -c "$forever" >"$tmp/err" 2>&1 &
ok "a machine runs again" patient 20 machines
kill $!
wait $! 2>/dev/null
ok "vm.sh is ended: nothing is left" test -z "$(ls -d "$tmp"/skbtrace-* 2>/dev/null)"

echo "1..$n"
exit "$failed"
