# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2317,SC2034 # who sources it sets them
# Assertions for tests of the record side: sourced by record_lib.sh and vm_lib.sh,
# with $here and $tmp set.

# shellcheck source=../../testing/selftests/net/skbtrace/need.sh
. "$here/../../testing/selftests/net/skbtrace/need.sh"
# shellcheck source=width.sh
. "$here/width.sh"
need python3

# skip NAME WHY: a part of the suite
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# ok NAME COMMAND...: a test, passed if COMMAND succeeds
ok() {
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >"$tmp/why" 2>&1; then
		echo "ok $n - $name"
		return
	fi
	echo "not ok $n - $name"
	sed 's/^/#   /' "$tmp/why" "$tmp/out" "$tmp/err"
	failed=1
}

is() { # VALUE EXPECTED
	[ "$1" = "$2" ] || { echo "is: $1"; echo "expected: $2"; return 1; }
}

says() { # TEXT, on stderr
	flat <err | grep -qF -- "$(flat <<<"$1")" ||
		{ echo "stderr has no: $1"; return 1; }
	fits err || { echo "stderr is too wide"; return 1; }
}

# readcap FILE: what readcap.py says of it, asked once: in a virtual machine it takes
# seconds. A file that it finds fault with is read again.
readcap() {
	local told
	told=$tmp/.readcap-$(stat -Lc %i-%s-%.Y "$1") || return
	[ -s "$told" ] || "$here/readcap.py" "$1" >"$told" || {
		cat "$told"
		rm "$told"
		return 1
	}
	cat "$told"
}

capture() { # FILE KEY=VALUE...
	local line want
	line=$(readcap "$1") || { echo "$line"; return 1; }
	shift
	for want; do
		[[ " $line " = *" $want "* ]] || { echo "$line"; return 1; }
	done
}

# wait_for COMMAND...: until it succeeds, for ten seconds at most
wait_for() {
	local i
	for ((i = 0; i < 500; i++)); do
		"$@" && return
		sleep 0.02
	done
	return 1
}

# end [-]: waits for $pid; with "-", sends it INT before. Its exit status is in rc,
# its output, which was in bg.out and bg.err, in out and err
end() {
	[ $# = 0 ] || kill -INT "$pid"
	wait "$pid"
	# shellcheck disable=SC2034 # for those who source this
	rc=$?
	mv bg.out out
	mv bg.err err
}
