#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/lint.sh [CHECK...] - style, static checkers, sizes; all checks or these
#
# One line for each check, with all it found below it. Ends with "N passed, N
# failed". Needs a kernel tree and its build (scripts/kernel.sh plain).
#   -l  only list the checks

set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

CHECKS=(checkpatch spelling compile kernel_doc exports patches series uapi sizes shell python
	cppcheck circles names words cases docs walk needs traces depends)
MAX_LINES=600		# of a file
MAX_FUNCTION=80		# lines

case ${1-} in
-h | --help) usage 0 ;;
-l)
	printf '%s\n' "${CHECKS[@]}"
	exit
	;;
esac
(($#)) || set -- "${CHECKS[@]}"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-lint.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
build='' src=''

need_kernel() {
	[ -z "$build" ] || return 0
	build=$(realpath "$("$ROOT/scripts/kernel.sh" plain 9>&-)/build")
	src=$(realpath "$build/source")
}

need_program() {
	make -s -C tools/skbtrace >"$tmp/make" 2>&1 || {
		tail -n 20 "$tmp/make"
		return 1
	}
}

# Files of this repo that match a pattern, one a line
files() {
	repo_files . | sed 's,^\./,,' | grep -E "$1"
}

c_files() {
	files '\.[ch]$' | grep -v '^examples/'
}

# Each function below prints what it found, and returns 0 if all is well.

# allow < "FILE:LINE: LEVEL:TYPE: MESSAGE" of checkpatch: what checkpatch.allow
# does not know, and lines of that file which nothing has matched
allow() {
	python3 - scripts/checkpatch.allow <(cat) <<'PY'
import fnmatch
import re
import sys

rules = []
for line in open(sys.argv[1]):
    if line.strip() and not line.startswith("#"):
        rules.append([*re.split(r"\t+", line.rstrip("\n"), maxsplit=3), 0])
bad = 0
for finding in open(sys.argv[2]):
    m = re.match(r"(.*?):(\d+): \w+:(\w+): ", finding)
    if not m:
        continue
    path, number, kind = m.groups()
    lines = open(path).read().split("\n")
    source = lines[int(number) - 1].strip() if int(number) else ""
    for rule in rules:
        if (fnmatch.fnmatch(path, rule[0]) and
                fnmatch.fnmatch(kind, rule[1]) and
                fnmatch.fnmatchcase(source, rule[2])):
            rule[4] += 1
            break
    else:
        bad = 1
        print(finding.rstrip("\n"))
        print("    " + source)
for rule in rules:
    if len(sys.argv) == 3 and not rule[4]:
        bad = 1
        print("checkpatch.allow: nothing matches: " + " ".join(rule[:3]))
sys.exit(bad)
PY
}

# said FILE: what checkpatch says of it. Kept by the file's content, as this takes
# longer than all other checks together.
said() {
	local kept status=0 options=(--strict --show-types --terse)
	kept=$store/$(sha256sum <"$1" | cut -c 1-32)-${1//\//%}
	[[ $1 == *.patch ]] || options+=(--max-line-length=80 -f)
	if [ ! -e "$kept" ]; then
		# from elsewhere: it leaves a file of its own where it runs
		(cd "$tmp" && "$src/scripts/checkpatch.pl" --root "$src" \
			"${options[@]}" "$ROOT/$1" 2>/dev/null) >"$kept.$$" || status=$?
		# 1: there are findings
		((status <= 1)) || {
			echo "$1:0: ERROR:CHECKPATCH: does not come to an end"
			return
		}
		# other clones read it, too
		sed -i -e "s,^$ROOT/,," -e '/^total: /d' "$kept.$$"
		mv "$kept.$$" "$kept"
	fi
	cat "$kept"
}

check_checkpatch() {
	need_kernel
	store=$CACHE/checkpatch/$(
		{ declare -f said; cat "$src/scripts/checkpatch.pl"; } |
			sha256sum | cut -c 1-16
	)
	mkdir -p "$store"
	find "$store" -type f -atime +30 -delete
	export src tmp store ROOT
	export -f said
	{ c_files; files '^patches/.*\.patch$'; } |
		xargs -P "$(nproc)" -I {} bash -c 'said {}' |
		sort -t: -k1,1 -k2,2n >"$tmp/findings"
	allow <"$tmp/findings"
}

# Words that are misspelt, where people read
check_spelling() {
	need_command codespell
	files . | grep -v -e '^examples/' -e '/golden/' | xargs codespell -L inflight,fro,nd,ofo,preemptable
}

# A header that changes has what includes it compiled again, with ccache too
check_depends() {
	local dir=$ROOT/tools/skbtrace f=cmd/status.h

	make -s -C "$dir" >/dev/null || return
	make -s -n -C "$dir" -W "$f" -W "$dir/$f" >"$tmp/again" || return
	if ! grep -q 'cmd/status_text\.c' "$tmp/again"; then
		echo "$f: what includes it is not compiled again"
		return 1
	fi
}

# W=1, sparse with endian checks
check_compile() {
	need_kernel
	(
		flock 8
		rm -f "$build"/net/skbtrace/{,*/}*.o
		make -C "$src" O="$build" ARCH=x86_64 W=1 C=2 \
			CF="-D__CHECK_ENDIAN__" -j"${JOBS:-$(nproc)}" \
			net/skbtrace/ >"$tmp/make" 2>&1
	) 8>"$(dirname "$build")/plain.lock" || {
		tail -n 20 "$tmp/make"
		return 1
	}
	grep -q 'CHECK .*net/skbtrace/main\.c' "$tmp/make" || {
		echo "sparse did not run"
		return 1
	}
	# sparse has its opinion on the kernel's headers, too
	! grep -E '^[^ ]*skbtrace[^ :]*:[0-9]+:.*(warning|error):' "$tmp/make"
}

check_kernel_doc() {
	need_kernel
	files '^(net/skbtrace|include/(uapi/)?linux)/.*\.[ch]$' |
		xargs "$src/scripts/kernel-doc" -none -Wall >"$tmp/doc" 2>&1 || true
	! grep -E 'warning:|error:' "$tmp/doc"
}

# The series to be sent can be made
check_series() {
	need_kernel
	scripts/series.sh --check "${SKBTRACE_KERNEL:-6.12}" 2>&1
}

# What other modules call is described, with its context
check_exports() {
	local f name bad=0
	while read -r f; do
		while read -r name; do
			# of data there is none, but a line of the same form
			grep -qE "^ \* $name(\(\))? - " "$f" || {
				echo "$f: $name is exported, without kernel-doc"
				bad=1
			}
		done < <(sed -n 's/^EXPORT_SYMBOL.*(\(.*\));/\1/p' "$f")
	done < <(files '^net/skbtrace/.*\.c$')
	return "$bad"
}

# On what the tree held before: no fuzz, no offset, nothing already there
check_patches() {
	local version=${SKBTRACE_KERNEL:-6.12} p f
	need_kernel
	cp -r "$src/.skbtrace/orig" "$tmp/tree"
	for p in "patches/$version"/*.patch MAINTAINERS.patch; do
		while read -r f; do
			[ -f "$tmp/tree/$f" ] || {
				echo "$p: $f: not in .skbtrace/orig"
				return 1
			}
		done < <(sed -n 's,^--- a/\([^[:blank:]]*\).*,\1,p' "$p")
		patch -d "$tmp/tree" -p1 -F0 --no-backup-if-mismatch <"$p" \
			>"$tmp/patch" 2>&1 || {
			echo "$p:"
			cat "$tmp/patch"
			return 1
		}
		# one for all versions: its line number can fit a single one
		[ "$p" != MAINTAINERS.patch ] || sed -i '/offset/d' "$tmp/patch"
		! grep -H --label="$p" -E 'offset|fuzz|Reversed' "$tmp/patch" ||
			return 1
	done
}

# Alone, as C90, as C++, and without padding that the compiler chose
check_uapi() {
	local h lang
	for h in include/uapi/linux/*.h; do
		for lang in 'c -std=c90 -Wc++-compat' 'c++ -std=c++11'; do
			# shellcheck disable=SC2086 # several words
			gcc -fsyntax-only -Wall -Wextra -Werror -Wpadded \
				-x $lang -isystem /usr/include "$h" || return 1
		done
	done
}

check_sizes() {
	local f n bad=0
	need_command ctags
	while read -r f; do
		n=$(wc -l <"$f")
		((n <= MAX_LINES)) || {
			echo "$f: $n lines, more than $MAX_LINES"
			bad=1
		}
	done < <(files '\.([ch]|sh|py)$')
	# the name of a tag, its first line, its last one
	c_files | ctags -L - -f - --languages=C,C++ --kinds-C=f --kinds-C++=f \
		--fields=+ne --excmd=number -D 'KUNIT_ARRAY_PARAM(a,b,c)=' |
		awk -F '\t' -v max=$MAX_FUNCTION '
		{
			first = last = 0
			for (i = 3; i <= NF; i++) {
				if ($i ~ /^line:/) first = substr($i, 6)
				if ($i ~ /^end:/) last = substr($i, 5)
			}
			if (last && last - first + 1 > max) {
				print $2 ":" first ": " $1 "() has " last - first + 1 \
				      " lines, more than " max
				bad = 1
			}
			n++
		}
		END { exit bad || !n }' || bad=1
	return "$bad"
}

check_shell() {
	{
		files '\.sh$'
		files '^[^.]*$' | while read -r f; do
			! head -c 20 "$f" | grep -aq '^#!/bin/\(ba\)\?sh' || echo "$f"
		done
	} | xargs -P "$(nproc)" -n 12 shellcheck
}

check_python() {
	local f bad=0
	while read -r f; do
		python3 -W error -c 'import ast, sys
ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$f" || bad=1
	done < <(files '\.py$')
	return "$bad"
}

check_cppcheck() {
	need_command cppcheck
	files '^tools/.*\.c$' | xargs cppcheck -q -j "$(nproc)" --std=c11 \
		--enable=warning,performance,portability --inline-suppr \
		--suppress=missingInclude --suppress=missingIncludeSystem \
		--error-exitcode=1 -D__x86_64__ -I tools/skbtrace \
		-I include/uapi --template='{file}:{line}: {severity}: {id}: {message}' 2>&1
}

# circles_in SOURCES OBJECTS: files and folders that need each other. By source, as
# there may be an object whose source is gone; and not each source is for here.
circles_in() {
	files "^$1/.*\\.c\$" | grep -v /tests/ | sed "s,^$1/\\(.*\\)\\.c\$,$2/\\1.o," |
		while read -r o; do
			[ ! -e "$o" ] || echo "$o"
		done | xargs scripts/circles.py "$2"
}

# By the names in their objects
check_circles() {
	local bad=0
	need_program || return
	circles_in tools/skbtrace tools/skbtrace/obj || bad=1
	need_kernel
	circles_in net/skbtrace "$build/net/skbtrace" || bad=1
	return "$bad"
}

# Objects of the kernel's half, but for its tests
kernel_objects() {
	need_kernel
	files '^net/skbtrace/.*\.c$' | grep -v /tests/ |
		sed "s,^\(.*\)\.c$,$build/\1.o,"
}

# Global names of the kernel's half are ours by their prefix, and no static
# function of an event takes a name that the stack might have; a probe is called
# as its tracepoint, which "parse" goes by
check_names() {
	local f bad=0
	while read -r f; do
		nm --defined-only "$f" | awk -v file="${f#"$build/"}" '
			$2 ~ /[A-Z]/ && $3 !~ /^(skbtrace_|(init|cleanup)_module$|__(ksymtab|kstrtab|export|crc|UNIQUE))/ {
				print file ": " $3 " is global, without skbtrace_"
				bad = 1
			}
			$2 == "t" && $3 !~ /_probe(\.|$)/ &&
			$3 ~ /^(__)?(tcp|udp|ip|ip6|ipv6|inet|sk|skb|sock|net|netif|dev|qdisc|icmp|packet)_/ {
				print file ": static " $3 "() is called as if it were the stack'"'"'s"
				bad = 1
			}
			END { exit bad }' || bad=1
	done < <(kernel_objects)
	return "$bad"
}

# Words that the glossary of skbtrace.rst has others for, a line each
refused_words() {
	sed -n '/^\.\. glossary: begin/,/^\.\. glossary: end/p' \
		Documentation/networking/skbtrace.rst |
		awk '/^=/ { match($0, /=+$/); col = RSTART; next }
			col && $1 != "term" { print substr($0, col) }' |
		grep -oE '[a-z]+'
}

# No identifier has such a word; comments and strings may
check_words() {
	local words
	words=$(refused_words | paste -sd '|')
	[ -n "$words" ] || {
		echo "skbtrace.rst has no glossary"
		return 1
	}
	# shellcheck disable=SC2016 # $ is perl's
	c_files | xargs perl -0777 -ne '
		s{"(\\.|[^"\\\n])*"}{""}g;
		s{/\*.*?\*/|^\h*#\h*include.*?$}{ $& =~ tr/\n//cdr }egsm;
		my $n = 0;
		for (split /\n/) {
			$n++;
			while (/\b((?:\w+_)?(?:'"$words"')s?(?:_\w+)?)\b/gi) {
				next if $1 =~ /_H$|^why_judge$|_FATE$/;
				print "$ARGV:$n: $1: see the glossary of skbtrace.rst\n";
				$bad = 1;
			}
		}
		END { exit !!$bad }'
}

# Each verdict of "skbtrace why" has a scenario
check_cases() {
	need_program || return
	scripts/why-cases.py
}

# What README and skbtrace.rst say of files, output and events is still so
check_docs() {
	"$ROOT/scripts/docs-check.py" && "$ROOT/scripts/events-rst.py" --check &&
		"$ROOT/scripts/bench-rst.py" --check
}

# The documented walk through adding an event still applies to this tree
check_walk() {
	"$ROOT/scripts/walk.sh" -n
}

# Each test names the programs that it calls, and scripts/deps.sh has all of them
check_needs() {
	"$ROOT/scripts/needs-check.py"
}

# Paths of the machine on which something was written; a path that only ends as
# one of them does is none
check_traces() {
	local path

	for path in "$ROOT" "$CACHE"; do
		printf '(^|[^[:alnum:]_./-])%s(/|$)\n' "${path//./\\.}"
	done >"$tmp/paths"
	! files . | xargs grep -nIE -f "$tmp/paths"
}

passed=0 failed=0
for check; do
	declare -F "check_$check" >/dev/null ||
		die "no check '$check'" "there are: ${CHECKS[*]}"
	if "check_$check" >"$tmp/out" 2>&1; then
		passed=$((passed + 1))
		echo "ok $check"
	else
		failed=$((failed + 1))
		echo "not ok $check: $(grep -c . "$tmp/out" || true) lines"
		sed 's/^/# /' "$tmp/out"
	fi
done
echo "$passed passed, $failed failed"
((failed == 0))
