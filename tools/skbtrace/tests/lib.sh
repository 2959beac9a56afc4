# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the suites of the decode side share: sourced by them. UPDATE=1 rewrites
# golden/, to be read before committed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
S=$(realpath "${SKBTRACE:-$here/../skbtrace}")
golden=$here/golden
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
export TZ=UTC LC_ALL=C
# shellcheck source=../../testing/selftests/net/skbtrace/need.sh
. "$here/../../testing/selftests/net/skbtrace/need.sh"
# shellcheck source=width.sh
. "$here/width.sh"
need python3
n=0
# shellcheck disable=SC2034 # what a suite leaves with
failed=0

# shellcheck disable=SC2034
result() {	# RC NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
		[ -s why ] && sed 's/^/#   /' why | head -40
	fi
	: >why
}

# skip NAME WHY: a part of the suite
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

gen() {
	"$here/gen.py" "$@" || exit 1
}

more() {
	"$here/gen_more.py" "$@" || exit 1
}

# The file ./out is what golden/NAME holds.
golden() {
	[ -n "${UPDATE:-}" ] && cp out "$golden/$1"
	diff "$golden/$1" out >why 2>&1
	result $? "$1"
}

# run EXPECTED-CODE ARGS...: stdout and stderr to ./out and ./err
run() {
	local want=$1
	shift
	"$S" "$@" >out 2>err
	rc=$?
	[ $rc = "$want" ] || echo "exit code $rc, not $want: $*" >>why
	[ $rc = "$want" ]
}

# both ARGS...: one file with the exit code and both outputs
both() {
	"$S" "$@" >o 2>e
	echo $? >code
	echo "\$ skbtrace $*"
	cat o
	sed 's/^/! /' e
	echo "= $(cat code)"
}

# measure COMMAND...: its stdout to ./out; prints what memory and time it took
measure() {
	python3 -c 'import resource, subprocess, sys, time
start = time.time()
subprocess.run(sys.argv[1:], stdout=open("out", "w"), check=True)
kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{kib} KiB {time.time() - start:.1f} s")' "$@"
}

# says TEXT: stderr holds it
says() {
	flat <err | grep -qF -- "$(flat <<<"$1")" && fits err >>why && return
	{ echo "no \"$1\" in, or too wide:"; cat err; } >>why
	return 1
}
