#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/check.sh [-l] [-n] [JOB...] - run the tests, or these and what they need
#
# Two jobs run at a time: a VM keeps one core busy, a compiler the other. Each
# writes a log. A job's last line "N passed, N failed[, N skipped]" counts; a job
# that prints none counts as one. At the end come the time of each job and what it
# took of the CPUs, in seconds, what was skipped and why, and the sum as the last line.
#   -l  only list the jobs
#   -n  those of the night, too: whole suites, the debug kernel, Linux 6.1

set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

# NAME|JOBS THAT COME FIRST|COMMAND, in the order of preference: what others wait
# for, then what takes longest, so that no long one runs alone at the end. Those of
# one thread, which run at first, leave each other a core
JOBS=(
	"deps||scripts/deps.sh kernel vm stock deb tools test browser lint"
	"tools|deps|make -s -C tools/skbtrace"
	"kernel|deps|scripts/kernel.sh plain"
	"kernel-uml|deps|scripts/kernel.sh uml"
	"selftest-uml|kernel-uml tools|scripts/selftest.sh -k uml"
	"selftest|kernel tools|scripts/selftest.sh -k plain -s"
	"sanitized|tools|make -s -C tools/skbtrace SAN=1 check"
	"deb|tools|scripts/deb-test.sh -c"
	"variants|kernel|scripts/build-variants.sh"
	"minute|kernel-uml tools|env SESSIONS_SECONDS=60 scripts/selftest.sh -k uml sessions.sh"
	"lockdown|tools|scripts/refused.sh"
	"demo-stock|tools|scripts/demo.sh --stock --icount --save /dev/null"
	"fuzz|tools|make -s -C tools/skbtrace fuzz SECONDS=30 SEED=1"
	"lint|kernel tools|scripts/lint.sh"
	"flight|kernel tools|scripts/vm.sh -w tools/skbtrace tools/skbtrace/tests/flight_vm.sh"
	"governor|kernel tools|scripts/selftest.sh -k plain -i governor.sh"
	"limits|kernel tools|scripts/bench.sh --limits --only rps-kept --only rttm-kept --only tsend-kept --only sfilter-tsend"
	"wire|kernel-uml tools|scripts/vm.sh -k uml -w tools/skbtrace tools/skbtrace/tests/wire_vm.sh"
	"leaks|kernel-uml tools|scripts/selftest.sh -k uml -L"
	"history|kernel tools|scripts/vm.sh -w tools/skbtrace tools/skbtrace/tests/history_vm.sh"
	"disk|kernel tools|scripts/selftest.sh -k stock-6.12 direct.sh"
	"record|kernel-uml tools|scripts/vm.sh -k uml -w tools/skbtrace tools/skbtrace/tests/record_vm.sh"
	"stock|tools|scripts/stock-test.sh 6.12"
	"demo|kernel tools|scripts/demo.sh --icount"
	"filters|kernel-uml tools|scripts/vm.sh -k uml -w tools/skbtrace tools/skbtrace/tests/filter_vm.sh"
	"browser|tools|tools/skbtrace/tests/run.sh browser"
	"trouble|kernel-uml tools|scripts/trouble.sh"
	"kunit|kernel-uml|scripts/kunit.sh"
)
# The same, for the night: whole suites, the debug kernel, and Linux 6.1
NIGHTLY=(
	"deps-nightly|deps|scripts/deps.sh all"
	"userland|tools|make -s -C tools/skbtrace check"
	"stock-all|tools|scripts/stock-test.sh"
	"kernel-debug|deps|scripts/kernel.sh debug"
	"kernel-kcsan|deps|scripts/kernel.sh kcsan"
	"races|kernel-kcsan tools|scripts/selftest.sh -k kcsan"
	"kernel-base|deps|scripts/kernel.sh base"
	"pahole|kernel kernel-base|scripts/pahole.sh"
	"variants-base|kernel kernel-base|scripts/build-variants.sh -b"
	"kernel-6.1|deps-nightly|env SKBTRACE_KERNEL=6.1 scripts/kernel.sh plain"
	"events-table|kernel kernel-6.1 tools|scripts/events-table.sh"
	"all-6.1|kernel-6.1 tools|env SKBTRACE_KERNEL=6.1 scripts/selftest.sh -k plain"
	"kunit-6.1|deps-nightly|env SKBTRACE_KERNEL=6.1 scripts/kunit.sh -k kunit"
	"patches-6.1|kernel-6.1|env SKBTRACE_KERNEL=6.1 scripts/lint.sh patches"
	"demo-clock|kernel tools|scripts/demo.sh"
	"record-plain|kernel tools|scripts/vm.sh -w tools/skbtrace tools/skbtrace/tests/record_vm.sh"
	"filters-plain|kernel tools|scripts/vm.sh -w tools/skbtrace tools/skbtrace/tests/filter_vm.sh"
	"walk|selftest-uml leaks trouble record filters kunit|scripts/walk.sh"
	"missed|kernel tools|scripts/missed.sh --short"
	"lives|kernel-uml tools|env SEGMENT_MB=100 STAMPS_RUNS=30 PACKETS_MB=1024 scripts/selftest.sh -k uml lives.sh stamps.sh packets_hold.sh"
	"hosts|kernel-uml tools|scripts/two-hosts.sh"
	"overload|kernel-uml tools|env LINK_SECONDS=600 UML_SECONDS=3600 scripts/selftest.sh -k uml link_overload.sh"
	"leaks-debug|kernel-debug tools|scripts/selftest.sh -k debug -L"
	"minute-debug|kernel-debug tools|env SESSIONS_SECONDS=60 scripts/selftest.sh -k debug sessions.sh"
	"deb-vm|tools|scripts/deb-test.sh"
	"all-plain|kernel tools|scripts/selftest.sh -k plain"
	"all-debug1|kernel-debug tools|scripts/selftest.sh -k debug -p 1/2"
	"all-debug2|kernel-debug tools|scripts/selftest.sh -k debug -p 2/2"
)

list=0 night=0
while (($#)); do
	case $1 in
	-h | --help) usage 0 ;;
	-l) list=1 ;;
	-n) night=1 ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done
day=${#JOBS[@]}
JOBS+=("${NIGHTLY[@]}")
if ((list)); then
	for job in "${JOBS[@]}"; do
		IFS='|' read -r name first run <<<"$job"
		printf '%-16s%-24s%s\n' "$name" "$first" "$run"
	done
	exit
fi

declare -A needs command state started
order=()
for job in "${JOBS[@]}"; do
	IFS='|' read -r name first run <<<"$job"
	order+=("$name")
	needs[$name]=$first
	command[$name]=$run
	state[$name]=unwanted
done

# want JOB: it and, before it, what it needs
want() {
	local first

	[ -n "${state[$1]-}" ] || die "no job '$1'" "there are: ${order[*]}"
	[ "${state[$1]}" = unwanted ] || return 0
	state[$1]=waiting
	for first in ${needs[$1]}; do
		want "$first"
	done
}

if (($# == 0)); then
	set -- "${order[@]}"
	((night)) || set -- "${order[@]:0:day}"
fi
for name; do
	want "$name"
done

# What runs that were killed have left two days ago, and clones a week ago
find "${TMPDIR:-/tmp}" -maxdepth 1 -user "$(id -u)" -mtime +1 -regextype egrep \
	-regex '.*/skbtrace-(check|generated|lint|pahole|selftest|trouble|variants|vm)\.[[:alnum:]]{6}' \
	-exec rm -rf {} +
[ ! -d "$CACHE" ] ||
	find "$CACHE" -maxdepth 1 -name 'modules-*' -mtime +7 -exec rm -rf {} +

logs=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-check.XXXXXX")
# Each job is a process group, so that what it has started ends with it
set -m
# shellcheck disable=SC2317 # called by the trap
end_jobs() {
	local group
	for group in $(jobs -p); do
		kill -- -"$group" 2>/dev/null || true
	done
}
trap end_jobs EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ready JOB: all that it needs has passed. What can't run any more has failed.
ready() {
	local first

	for first in ${needs[$1]}; do
		case ${state[$first]} in
		failed)
			state[$1]=failed
			failed=$((failed + 1))
			msg "$1: not run, since $first failed"
			return 1
			;;
		passed) ;;
		*) return 1 ;;
		esac
	done
}

passed=0
failed=0
skipped=0
rows=''
failures=''	# told once more at the end, where one looks first

# A shell's words, FILE COMMAND...: runs it, and tells the seconds of CPU that it took
# shellcheck disable=SC2016 # of the shell that runs it
timed='
	setpriv --pdeathsig TERM -- "$@"
	status=$?
	times >"$0"
	exit $status
'

# cpu_of JOB: of a line for the shell and one for its children, such as "1m2.500s
# 0m3.100s", in seconds
cpu_of() {
	tr -c '0-9.\n' ' ' 2>/dev/null <"$logs/$1.cpu" |
		awk '{ s += $1 * 60 + $2 + $3 * 60 + $4 } END { printf "%d", s + 0.5 }'
}

# The job's own count, if it printed one at its end
count() {
	local status=$2 log=$logs/$1 line p=0 f=0 s all

	# TEST: WHY of each, without a test if it is all of the job
	sed -nE -e 's/^ *ok( [0-9]+)?( -)? (.*) # SKIP ?(.*)/\3: \4/p' \
		-e 's/^1\.\.0 # SKIP ?(.*)/all: \1/p' "$log" >"$log.skipped"
	s=$(wc -l <"$log.skipped")
	all=$(grep -c '^1\.\.0 # SKIP' "$log" || true)
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
	if [ -n "$line" ]; then
		read -r p _ f _ s _ <<<"${line//,/} 0"
		((status == 0 || f > 0)) || f=1
	else
		((status == 0)) && p=$((all == 0)) || f=1
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	rows+=$(printf '%-16s%8d%8d%8d%8d%8d' "$1" $((SECONDS - started[$1])) \
		"$(cpu_of "$1")" "$p" "$f" "$s")$'\n'
	if ((f == 0)); then
		state[$1]=passed
		msg "$1: $p passed, $s skipped in $((SECONDS - started[$1])) s"
	else
		state[$1]=failed
		msg "$1: FAILED ($p passed, $f failed), of $log:"
		grep -aE '^(#|not ok|.*(error|ERROR|FAIL))' "$log" | head -n 30 >&2 || true
		tail -n 40 "$log" >&2
		failures+=$(grep -aE -A 3 '^(# )?not ok' "$log" |
			grep -avE '^(# )?ok|^--$' | head -n 12 |
			sed "s/^/$1: /" || true)$'\n'
	fi
}

declare -A pid_of
running=0
while :; do
	for name in "${order[@]}"; do
		((running < 2)) || break
		[ "${state[$name]}" = waiting ] || continue
		ready "$name" || continue
		state[$name]=running
		started[$name]=$SECONDS
		msg "$name: ${command[$name]}"
		# shellcheck disable=SC2086 # a command with its arguments
		tied bash -c "$timed" "$logs/$name.cpu" ${command[$name]} \
			>"$logs/$name" 2>&1 </dev/null &
		pid_of[$!]=$name
		running=$((running + 1))
	done
	((running)) || break
	status=0
	wait -n -p pid || status=$?
	running=$((running - 1))
	count "${pid_of[$pid]}" "$status"
done

# Which kernel has which event, as seen
[ ! -s "$logs/events-table" ] || sed -n '/^===/,/^$/p' "$logs/events-table"
for name in "${order[@]}"; do
	[ ! -s "$logs/$name.skipped" ] ||
		sort -u "$logs/$name.skipped" | sed "s/^/skipped: $name: /"
done
printf '%-16s%8s%8s%8s%8s%8s\n%s' job seconds cpu passed failed skipped "$rows"
# Below the table: of a log that was cut, the end is what one still has
if ((failed)); then
	echo "what has failed:"
	printf '%s' "$failures" | cut -c 1-240 | head -n 18
fi
echo "in all $SECONDS s"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0)) || exit 1
rm -rf "$logs"
