#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Completion for bash and zsh offers each option that a command's --help has, and no
# other; the program accepts each word that completion offers for an option. TAP.
# shellcheck disable=SC2034,SC2317 # variables of completion; ok() runs functions

set -u
here=$(cd "$(dirname "$0")" && pwd)
S=$(realpath "${SKBTRACE:-$here/../skbtrace}")
dir=$here/../completion
dat=$here/../../../examples/loss.dat
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export PATH=${S%/*}:$PATH
cd "$tmp" || exit
cp "$dat" skbtrace.dat
n=0
: >out
: >err

# shellcheck source=assert.sh
. "$here/assert.sh"

# The options in --help: the long name, or the letter if there is none
options() { # COMMAND
	"$S" "$1" --help | sed -n '/^options:/,/^$/p' |
		sed -n 's/^  \(-.\)\{0,1\}[, ]*\(--[a-z-]*\).*/\2/p; s/^  \(-.\)  *[A-Z]* .*/\1/p' |
		sort
}

# What bash offers for these words, of which the last one is incomplete
offers() { # WORD...
	COMP_WORDS=(skbtrace "$@") COMP_CWORD=$# COMPREPLY=()
	COMP_LINE="skbtrace $*"
	COMP_LINE=${COMP_LINE/ = /=} COMP_POINT=${#COMP_LINE}
	COMP_TYPE=9 COMP_KEY=9
	_skbtrace skbtrace "${*: -1}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
	((!${#COMPREPLY[@]})) || printf '%s\n' "${COMPREPLY[@]}"
}

same() { # FILE FILE
	diff "$1" "$2"
}

takes_all() { # COMMAND...: it accepts each word of ./words
	local w
	test -s words || return
	while read -r w; do
		"$@" "$w" >/dev/null || return
	done <words
}

echo "TAP version 13"
"$S" help --list | cut -f1 >commands
"$S" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\).*/\1/p' >told
ok "commands are those of --help" same commands told

library=/usr/share/bash-completion/bash_completion
if [ -r $library ]; then
	set +u
	# shellcheck source=/dev/null
	. $library
	# shellcheck source=../completion/skbtrace.bash
	. "$dir/skbtrace.bash"
	compopt() { :; }	# fails outside of a command line
	offers "" | grep -v -e ^-- -e '^help$' >words
	ok "bash: commands" same commands words
	ok "bash: one of them" is "$(offers sn)" snapshot
	while read -r cmd; do
		options "$cmd" >told
		offers "$cmd" - | sed 's/=$//' | sort >words
		ok "bash: $cmd: options" same told words
	done <commands
	offers parse -t "" >words
	ok "bash: -t: words that parse takes" takes_all "$S" parse skbtrace.dat -t
	ok "bash: -t: all of them" is "$(tr '\n' ' ' <words)" "rel wall utc delta epoch mono "
	offers parse --time = e >words
	ok "bash: --time=" is "$(cat words)" epoch
	offers parse --color "" >words
	ok "bash: --color: words that parse takes" takes_all "$S" parse skbtrace.dat --color
	offers record -C "" >words
	ok "bash: -C: words that record takes" takes_all "$S" record -e @conn -d port 1 -C
	ok "bash: -C: the second in a list" is "$(offers record -C task,so)" task,softirq
	"$S" list -i skbtrace.dat --json | sed 's/^{"event":"\([a-z_]*\)".*/\1/' | sort >told
	offers parse -e "" | grep -v -e ^@ -e : | sort >words
	ok "bash: parse -e: the events of the recording" same told words
	"$S" list -l | awk '$4 ~ /_/ { print $2 ":::" $5 }' >told
	offers record -e "" | grep : >words
	ok "bash: record -e: the probes" same told words
	offers d -n "" >words
	ok "bash: d -n: the probes" same told words
	ok "bash: d: a probe" is "$(offers d udp:::re)" receive
	ok "bash: parse -e: a probe, behind its last colon" is \
		"$(offers parse -e tcp:::connect-req)" connect-request
	ok "bash: d -P: providers" is "$(offers d -P "" | tr '\n' ' ')" "ip tcp udp "
	ok "bash: parse -e: a set in a list" is "$(offers parse -e tcp_rttm,@tr)" tcp_rttm,@trouble
	ok "bash: files" is "$(offers parse skbtr)" skbtrace.dat
	ok "bash: a command behind --" is "$(offers record -- modpr | head -n 1)" modprobe
	set -u
else
	skip bash "no $library: apt-get install bash-completion"
fi
if why=$(lacks zsh); then
	skip zsh "$why"
else
	ok "zsh: syntax" zsh -n "$dir/_skbtrace"
	while read -r cmd; do
		options "$cmd" >told
		# shellcheck disable=SC2016 # zsh's
		zsh -f -c 'setopt extended_glob; source $1; _skbtrace_specs $2 $3' zsh \
			"$dir/_skbtrace" "$S" "$cmd" >specs
		sed -n 's/^\*\(--[a-z-]*\)=\{0,1\}\[.*/\1/p' specs | sort >words
		ok "zsh: $cmd: options" same told words
	done <commands
	# shellcheck disable=SC2016
	zsh -f -c 'source $1; program=$2; _skbtrace_probe_names' zsh \
		"$dir/_skbtrace" "$S" >words
	"$S" list -l | awk '$4 ~ /_/ { print $2 ":::" $5 }' >told
	ok "zsh: probes" same told words
	# shellcheck disable=SC2016
	zsh -f -c 'setopt extended_glob; source $1; _skbtrace_specs $2 parse' zsh \
		"$dir/_skbtrace" "$S" | sed -n 's/^\*-t\[.*:format:(\(.*\))$/\1/p' >words
	ok "zsh: words" is "$(tr -s ' ' <words)" "rel wall utc delta epoch mono"
fi
echo "1..$n"
exit "${failed:-0}"
