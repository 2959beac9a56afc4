# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Shared by the suites that read recordings. UPDATE=1 rewrites golden/: read it
# before you commit it.
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

# made GENERATOR SCENARIO FILE [ARGS...]: what it writes is the same each time, so that
# run.sh keeps it for all suites; but raw data, which are several files
made() {
	local kept=${GENERATED:-}/$1-$2

	if [ -z "${GENERATED:-}" ] || (($# > 3)) || [[ $2 == raw* ]]; then
		"$here/$1" "${@:2}" || exit 1
		return
	fi
	[ -e "$kept" ] || "$here/$1" "$2" "$kept" || exit 1
	cp "$kept" "$3"
}

gen() {
	made gen.py "$@"
}

more() {
	made gen_more.py "$@"
}

gen_held() {
	made gen_held.py "$@"
}

gen_history() {
	made gen_history.py "$@"
}

# golden NAME: the file ./out must be golden/NAME
golden() {
	[ -n "${UPDATE:-}" ] && cp out "$golden/$1"
	diff "$golden/$1" out >why 2>&1
	result $? "$1"
}

# equal NAME WANT GOT: two texts
equal() {
	[ "$2" = "$3" ] || printf 'is:\n%s\nnot:\n%s\n' "$3" "$2" >why
	[ ! -s why ]
	result $? "$1"
}

# run EXPECTED-CODE ARGS...: runs the program, with stdout in ./out, stderr in ./err
run() {
	local want=$1
	shift
	"$S" "$@" >out 2>err
	rc=$?
	[ $rc = "$want" ] || echo "exit code $rc, not $want: $*" >>why
	[ $rc = "$want" ]
}

# both ARGS...: prints the command, both outputs and the exit code
both() {
	"$S" "$@" >o 2>e
	echo $? >code
	echo "\$ skbtrace $*"
	cat o
	sed 's/^/! /' e
	echo "= $(cat code)"
}

# measure COMMAND...: its stdout goes to ./out; prints its memory and time
measure() {
	python3 -c 'import resource, subprocess, sys, time
start = time.time()
subprocess.run(sys.argv[1:], stdout=open("out", "w"), check=True)
kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{kib} KiB {time.time() - start:.1f} s")' "$@"
}

# says TEXT: stderr has it, and fits a terminal
says() {
	flat <err | grep -qF -- "$(flat <<<"$1")" && fits err >>why && return
	{ echo "no \"$1\" in, or too wide:"; cat err; } >>why
	return 1
}
