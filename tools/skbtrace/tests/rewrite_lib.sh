# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # lib.sh sets and uses them
# Shared by the suites of cut, merge and anonymise; sourced after lib.sh.
need python3

nothing_left() { # FILE...: neither they, nor their temporary files are there
	local f
	for f; do
		[ ! -e "$f" ] || echo "$f is there" >>why
		[ ! -e "$f.part" ] || echo "$f.part is there" >>why
	done
	[ ! -s why ]
}

is_old() { # FILE: it still has "old", and there is no temporary file
	[ "$(cat "$1")" = old ] || echo "$1 is not as it was" >>why
	[ ! -e "$1.part" ] || echo "$1.part is there" >>why
	[ ! -s why ]
}

quiet() { # stderr has only the message about a chunk of a newer version
	! grep -v 'of a newer program' err
}

# bad_output INPUT COMMAND [ARGS...]: bad files for -o
bad_output() {
	local in=$1 cmd=$2 rc o
	shift
	run 2 "$@" "$in" && says '-o is missing'
	result $? "$cmd: no -o"
	echo old >there.dat
	run 1 "$@" "$in" -o there.dat && says 'there.dat exists' && is_old there.dat
	result $? "$cmd: a file that is there"
	run 0 "$@" "$in" -f -o there.dat && run 0 parse there.dat
	result $? "$cmd: -f overwrites it"
	cp "$in" in.dat
	ln -s in.dat link.dat
	ln in.dat hard.dat
	for o in in.dat link.dat hard.dat ./in.dat; do
		run 2 "$@" -f in.dat -o $o && says 'in.dat is read' && cmp in.dat "$in" >>why
		result $? "$cmd: not over what is read: $o"
	done
	# shellcheck disable=SC2094 # that is what is refused
	"$S" "$@" -f in.dat -o - >>in.dat 2>err
	[ $? = 2 ] && says 'is read' && cmp in.dat "$in" >why
	result $? "$cmd: nor behind it"
	cp in.dat x.dat.part
	run 2 "$@" x.dat.part -o x.dat && says 'x.dat.part is read' && [ ! -e x.dat ] &&
		cmp x.dat.part "$in" >>why
	result $? "$cmd: nor what is written under way"
	rm -f x.dat.part link.dat hard.dat
	run 1 "$@" "$in" -o nix/x.dat && says 'No such file'
	result $? "$cmd: no such directory"
	run 1 "$@" "$in" -o . && says 'Is a directory'
	result $? "$cmd: a directory"
	run 1 "$@" "$in" -o /dev/full && says 'No space left'
	result $? "$cmd: a full disk"
	echo old >there.dat
	(
		ulimit -f 2
		"$S" "$@" "$in" -f -o there.dat >out 2>err
	)
	[ $? = 1 ] && says 'cannot write there.dat: File too large' && is_old there.dat
	result $? "$cmd: no room: the old file is as it was"
	"$S" "$@" -q "$in" -o - 2>err | head -c 100 | wc -c >out
	rc=${PIPESTATUS[0]}
	[ "$rc" = 0 ] && [ "$(cat out)" = 100 ] && quiet
	result $? "$cmd: a reader that goes away"
	"$S" "$@" -q "$in" -o - 2>err >stdout.dat && quiet &&
		run 0 "$@" "$in" -f -o there.dat && cmp there.dat stdout.dat >>why
	result $? "$cmd: stdout"
	"$S" "$@" - -o - <"$in" 2>err | cmp - there.dat >why &&
		"$S" "$@" - -o - < <(cat "$in") 2>err | cmp - there.dat >>why
	result $? "$cmd: from stdin, and from a pipe"
	run 1 "$@" nix -o x.dat && says 'cannot open nix' && nothing_left x.dat
	result $? "$cmd: no such input"
	echo nonsense >bad
	run 1 "$@" bad -o x.dat && says 'not a skbtrace capture' && nothing_left x.dat
	result $? "$cmd: input that is none"
	: >empty
	run 1 "$@" empty -o x.dat && says 'is empty' && nothing_left x.dat
	result $? "$cmd: an empty one"
	run 1 "$@" . -o x.dat && says 'is a directory' && nothing_left x.dat
	result $? "$cmd: a directory as input"
	[ "$(id -u)" = 0 ] || return 0
	[ "$(stat -c %a there.dat)" = 600 ]
	result $? "$cmd: only its owner reads it"
}

# All generated recordings, sound and damaged
sound=(basic lost backward zoo v6_only conns summary_lost other_host big pipe_marks order)
histories=(basic split lost rotated none_left summary latency bad_time bad_flags bad_nr bad_more)
damages=(no-end cut-chunk cut-chunk-header bad-crc bad-format-crc huge-chunk subbuf-magic
	 subbuf-used subbuf-count subbuf-cpu subbuf-abi block-len0 block-len7 block-long
	 lost-kinds lost-backward random empty short-header no-chunks newer-abi newer-file
	 bad-order format-none)

# The last line counts the losses of the whole recording
but_end() {
	grep -v '"event":"trace_end"'
}

# as_parsed FILE COMMAND [ARGS...]: parse prints the same of its output as of FILE
as_parsed() {
	local f=$1 how
	shift
	"$S" "$@" "$f" -q -f -o made.dat >out 2>err
	rc=$?
	for how in -v --json '--summary --json' '--latency --json'; do
		# shellcheck disable=SC2086 # options
		"$S" parse $how "$f" 2>/dev/null | but_end >want
		# shellcheck disable=SC2086
		"$S" parse $how made.dat 2>/dev/null | but_end | diff want - >>why
	done
}

# unchanged COMMAND [ARGS...]: it keeps all that a sound recording has
unchanged() {
	local s cmd=$1
	for s in "${sound[@]}"; do
		gen "$s" all.in
		as_parsed all.in "$@"
		[ ! -s why ] && [ "$rc" = "$("$S" parse all.in >/dev/null 2>&1; echo $?)" ]
		result $? "$cmd: all of $s"
	done
	for s in "${histories[@]}"; do
		gen_history "$s" all.in
		as_parsed all.in "$@"
		[ ! -s why ]
		result $? "$cmd: all of a history: $s"
	done
	for s in stack excerpt excerpt_big delay_send; do
		more "$s" all.in
		as_parsed all.in "$@"
		[ ! -s why ]
		result $? "$cmd: all of $s"
	done
}

# damaged_files COMMAND [ARGS...]: it reads them as far as parse does, and says so
damaged_files() {
	local d cmd=$1 want
	for d in "${damages[@]}"; do
		gen "damaged:$d" bad.in
		"$S" parse --json bad.in >want 2>/dev/null
		want=$?
		rm -f made.dat
		"$S" "$@" bad.in -q -f -o made.dat >out 2>err
		rc=$?
		[ $rc = $want ] || echo "exit code $rc, of parse $want" >>why
		if [ $rc = 3 ]; then
			[ -s err ] || echo "nothing is told" >>why
			"$S" parse --json made.dat 2>/dev/null |
				but_end | diff <(but_end <want) - >>why
		fi
		[ ! -s why ]
		result $? "$cmd: damaged: $d (exit status $rc)"
	done
}
