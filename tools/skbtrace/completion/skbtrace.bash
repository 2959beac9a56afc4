# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of skbtrace for bash. Commands and options are those that the
# program lists ("skbtrace help --list"), events those of the running kernel or
# of the recording that is to be read.

# _skbtrace_option COMMAND WORD FIELD: of the option WORD, field 3 its argument,
# 4 its help
_skbtrace_option() {
	"$_skbtrace_program" help --list "$1" 2>/dev/null |
		awk -F '\t' -v o="$2" -v f="$3" '$1 == o || $2 == o { print $f }'
}

# Words that the help of an option names: "auto (default), always, never"
_skbtrace_words() {
	_skbtrace_option "$1" "$2" 4 |
		sed 's/.*: //; s/ *([^)]*)//g; s/, */ /g'
}

# Probes that an event is made into, tcp:::send; or, with "PROVIDER", only whose
_skbtrace_probes() {
	"$_skbtrace_program" list -l 2>/dev/null | awk -v provider="${1-}" '
		NR > 1 && NF == 5 { print provider ? $2 : $2 ":::" $5 }'
}

# The names of events and sets, and of probes. Nothing is loaded for it.
_skbtrace_events() {
	local from=()
	[ "$1" = list ] || _skbtrace_probes
	case $1 in
	parse | live | record | list | why | top | pcap | tc)
		if [ "$1" != parse ] && [ "$1" != pcap ] && [ -r /sys/kernel/debug/skbtrace/format ]; then
			from=()
		elif [ -r "${_skbtrace_input:-skbtrace.dat}" ]; then
			from=(-i "${_skbtrace_input:-skbtrace.dat}")
		else
			return
		fi
		;;
	esac
	"$_skbtrace_program" list "${from[@]}" 2>/dev/null | awk '
		NR > 1 && /^[^ ]/ {
			print $1
			for (i = 3; i <= NF && $i ~ /^@/; i++)
				set[$i]
		}
		END { for (s in set) print s; print "@all" }'
}

# _skbtrace_list WORDS: the item behind the last comma of $cur is one of WORDS
_skbtrace_list() {
	local head='' last=$cur
	if [[ $cur == *,* ]]; then
		head=${cur%,*},
		last=${cur##*,}
	fi
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "$1" -- "$last")
	# readline replaces what is behind the last colon
	__ltrim_colon_completions "$cur"
	compopt -o nospace 2>/dev/null
}

_skbtrace_argument() { # COMMAND OPTION
	local arg
	arg=$(_skbtrace_option "$1" "$2" 3)
	case $arg in
	FILE | CAPTURE | PATHS | PATH) _filedir ;;
	DIR) _filedir -d ;;
	SPEC | LIST) _skbtrace_list "$(_skbtrace_events "$1")" ;;
	PROGRAM) _skbtrace_list "$(_skbtrace_probes)" ;;
	PROVIDER)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_skbtrace_probes PROVIDER | uniq)" -- "$cur")
		;;
	CTX) _skbtrace_list "$(_skbtrace_words "$1" "$2")" ;;
	FORMAT | WHEN)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_skbtrace_words "$1" "$2")" -- "$cur")
		;;
	NETNS)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(ip netns list 2>/dev/null | cut -d' ' -f1)" -- "$cur")
		;;
	DEV | IFACE)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(ls /sys/class/net 2>/dev/null)" -- "$cur")
		;;
	PID) _pids 2>/dev/null ;;
	- | '') return 1 ;;
	esac
}

_skbtrace() {
	local cur prev words cword split command='' i _skbtrace_input=''
	local _skbtrace_program=${1:-skbtrace}
	_init_completion -s -n : || return

	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		--) _command_offset $((i + 1)); return ;;
		-i) _skbtrace_input=${words[i + 1]-} ;;
		*.dat*) _skbtrace_input=${words[i]} ;;
		esac
		[[ -n $command || ${words[i]} == -* ]] || command=${words[i]}
	done
	if [ -z "$command" ] || { [ "$command" = help ] && ((cword == 2)); }; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$("$_skbtrace_program" help --list 2>/dev/null | cut -f1)
			 help --help --version" -- "$cur")
		return
	fi
	# words of --name=: the library has set prev to the name
	if [[ $prev == -* ]] && _skbtrace_argument "$command" "$prev"; then
		return
	fi
	! $split || return
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$("$_skbtrace_program" help --list "$command" 2>/dev/null |
				awk -F '\t' '{
					if ($2 != "-")
						print $2 ($3 == "-" ? "" : "=")
					else
						print $1
				}')" -- "$cur")
		[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
		return
	fi
	case $command in
	parse | info | why | report | plot | cut | merge | anonymise | pcap) _filedir ;;
	d) _skbtrace_list "$(_skbtrace_probes)" ;;
	list | tc) _skbtrace_list "$(_skbtrace_events "$command")" ;;
	esac
} &&
	complete -F _skbtrace skbtrace
