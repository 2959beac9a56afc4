#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of scripts/selftest.sh: runs the tests, prints TAP.
# A test also fails if the kernel complained meanwhile.

dir=$1 out=$2
shift 2
cd "$dir" || exit
export PATH=$out:$PATH
# All letters stand in the names of temporary files, so that what replaces one in
# a text with such a name fails always, not whenever a random name has it
export TMPDIR=${TMPDIR:-/tmp}/ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz
mkdir -p "$TMPDIR"
failed=0 skipped=0 number=0
kernel_says='BUG:|WARNING:|INFO: (task|possible|suspicious|inconsistent)|UBSAN:|Oops|general protection'

seconds=$(sed -n 's/^timeout=//p' settings 2>/dev/null)
seconds=${seconds:-45}
# a kernel that checks itself is several times slower
! zgrep -qE '^CONFIG_(KASAN|KCSAN)=y' /proc/config.gz 2>/dev/null || seconds=$((seconds * 6))

# a test that is told for how long to do something does it a few times
for v in LINK_SECONDS SESSIONS_SECONDS SWAP_SECONDS; do
	seconds=$((seconds + 4 * ${!v:-0}))
done

# a clock that counts instructions runs ahead while the host reads a file: by minutes,
# if it is a busy one. The host's own limit for the VM holds
((!${COUNTED:-0})) || seconds=$((seconds * 100))

mark() {
	echo "selftest: $1" >/dev/kmsg
}

# The race detector's reports that are about us: a function of ours is among the
# last four of one of the two accesses. The kernel has races of its own. One of
# them is the clock, which is read on purpose while it changes.
our_races() {
	awk '
		/BUG: KCSAN: / { inside = 1; text = ""; ours = 0 }
		!inside { print; next }
		{ text = text $0 "\n" }
		/ (read|write)[a-z -]* to 0x.* by / { n = 0; next }
		n++ < 4 && /skbtrace|_probe\+/ && !/(mtu|loss)_probe/ { ours = 1 }
		/==========/ {
			if (ours && text !~ /race in .*ktime_get_(mono|real)_fast_ns/)
				printf "%s", text
			inside = 0
		}'
}

complaints_since_mark() {
	dmesg | tac | sed '/selftest: /q' | tac | our_races |
		grep -E -A 25 "$kernel_says"
}

verdict() {
	number=$((number + 1))
	case $1 in
	ok) echo "ok $number $2 # $3" ;;
	skip)
		skipped=$((skipped + 1))
		echo "ok $number $2 # SKIP $3"
		;;
	*)
		failed=$((failed + 1))
		echo "not ok $number $2 # $3"
		;;
	esac
}

run() {
	local program=./$1 start=$SECONDS status complaints
	[ -e "$program" ] || program=$out/$1
	mark "$1"
	# not through a pipe: a process that is left behind would keep it open
	timeout -k 5 "$seconds" "$program" </dev/null >/run/last 2>&1
	status=$?
	sed 's/^/# /' /run/last
	complaints=$(complaints_since_mark)
	if [ -n "$complaints" ]; then
		echo "# ${complaints//$'\n'/$'\n'# }"
		verdict fail "$1" "the kernel complained"
		return
	fi
	case $status in
	0) verdict ok "$1" "$((SECONDS - start)) s" ;;
	4) verdict skip "$1" "$(sed -n 's/^1\.\.0 # SKIP //p; s/^ok .* # SKIP //p' \
		/run/last | tail -n 1)" ;;
	124 | 137) verdict fail "$1" "no end after $seconds s" ;;
	*) verdict fail "$1" "exit status $status" ;;
	esac
}

# kmemleak reports what is older than 5 s, and needs two scans to be sure
leaks() {
	local file=/sys/kernel/debug/kmemleak
	[ -w $file ] && grep -qw kmemleak=on /proc/cmdline || return 0
	modprobe -r skbtrace 2>/dev/null
	sleep 6
	echo scan >$file
	echo scan >$file
	if grep -q skbtrace $file; then
		sed 's/^/# /' $file
		verdict fail kmemleak "memory lost"
	else
		verdict ok kmemleak "nothing lost"
	fi
}

echo "TAP version 13"
for t; do
	run "$t"
done
leaks
echo "1..$number"
echo "$((number - failed - skipped)) passed, $failed failed, $skipped skipped"
((failed == 0))
