# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Helpers that every script here shares; sourced, never run.
#
# Messages go to stderr, so that stdout carries only what a caller asked for
# (a path, the output of a command in the VM).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # for those who source this
CACHE=${SKBTRACE_CACHE:-${HOME:?}/.cache/skbtrace}
ME=${ME:-$(basename "$0" .sh)}

# What has been compiled once, in whichever clone, is not compiled again
if [ -d /usr/lib/ccache ] && [[ :$PATH: != *:/usr/lib/ccache:* ]] &&
	mkdir -p "$CACHE/ccache" 2>/dev/null && [ -w "$CACHE/ccache" ]; then
	PATH=/usr/lib/ccache:$PATH
	export CCACHE_DIR=${CCACHE_DIR-$CACHE/ccache} CCACHE_BASEDIR=$ROOT
	export CCACHE_MAXSIZE=${CCACHE_MAXSIZE-4G} CCACHE_NOHASHDIR=1
fi

# Text tools must not depend on the caller's language.
export LC_ALL=C.UTF-8

msg() {
	printf 'skbtrace: %s: %s\n' "$ME" "$*" >&2
}

# die MESSAGE [HINT...]: what went wrong, then what to do about it
die() {
	msg "$1"
	shift
	(($# == 0)) || printf '  %s\n' "$@" >&2
	exit 1
}

# The comment block at the top of the calling script is its manual.
usage() {
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit "${1:-2}"
}

need_command() {
	local c
	for c; do
		command -v "$c" >/dev/null ||
			die "$c is not installed" "try: scripts/deps.sh all"
	done
}

# room DIR: megabytes free there, or where it will be made
room() {
	local d=$1
	until [ -d "$d" ]; do
		d=$(dirname "$d")
	done
	df --output=avail -BM "$d" | tail -n 1 | tr -dc 0-9
}

# need_room DIR MEGABYTES WHAT: before work is begun that could not be ended
need_room() {
	local free
	free=$(room "$1")
	((free >= $2)) ||
		die "no room for $3: $1 has $free MB free, it takes $2" \
			"elsewhere: SKBTRACE_CACHE=DIR; what is there now can be removed: make distclean"
}

# tied COMMAND...: ends when this process does, even if that is killed
tied() {
	exec setpriv --pdeathsig TERM -- "$@"
}

# aside COMMAND...: run it, and end it if this shell is ended. A shell that waits
# for a command in the foreground hears a signal only when that has come to its end.
aside() {
	tied "$@" </dev/null &
	wait $!
}

# Files of the repo below the given paths, relative to its root, without build
# output. A path that does not exist (yet) is no error.
repo_files() {
	local f
	(
		cd "$ROOT" || exit 1
		# git warns of a path whose parent is missing
		for f; do
			[ ! -e "$f" ] || set -- "$@" "$f"
			shift
		done
		(($#)) || exit 0
		if git rev-parse --git-dir >/dev/null 2>&1; then
			git ls-files -co --exclude-standard -- "$@"
		else
			find "$@" -type f ! -name '*.o' ! -name '*.ko' \
				! -name '*.a' ! -name '*.mod*' ! -name '.*.cmd'
		fi | sort -u | while read -r f; do
			# tracked, but deleted in the work tree
			[ ! -f "$f" ] || printf '%s\n' "$f"
		done
	)
}

# put SOURCE DESTINATION: copy if the content differs, so that the time of an
# unchanged file stays and make does no more than it must. By rename, so that
# a make that is reading never sees half a file. Counts in $written.
written=0
put() {
	if [ -f "$2" ] && cmp -s "$1" "$2"; then
		return
	fi
	mkdir -p "${2%/*}"
	cp --preserve=mode "$1" "$2.skbtrace"
	mv "$2.skbtrace" "$2"
	written=$((written + 1))
}
