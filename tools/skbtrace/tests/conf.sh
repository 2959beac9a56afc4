#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skbtrace.conf and -c, against a control directory of plain files. TAP.
# shellcheck disable=SC2317,SC2119 # ok() runs what stands behind it
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"

conf() { # FILE LINE...
	local f=$1
	mkdir -p "$(dirname "$f")"
	shift
	printf '%s\n' "$@" >"$f"
	chmod 600 "$f"
}

# rec ARGS...: records into ./x.dat, with fresh control files
rec() {
	rm -f x.dat
	run record -f -o x.dat "$@"
}

# bad CODE TEXT: it has failed with these, and started nothing
bad() {
	is "$rc" "$1" && says "$2" && is "$(cat d/skbtrace/enabled)" "" &&
		test ! -e x.dat -a ! -e x.dat.part
}

trouble="tcp_congestion,skip=loss
tcp_reset"
echo "TAP version 13"

# ---- the default files

fresh
rec
ok "no file: @trouble" says "no -e given, recording @trouble: tcp_congestion"
conf skbtrace.conf '# what I look at' '' '  tcp_rttm,sample=10  ' \
	"$(printf 'tcp_reset\t# and resets\r')"
fresh
rec
ok "./skbtrace.conf" enabled "tcp_rttm,sample=10
tcp_reset"
ok "the notice says which file" says \
	"no -e given, recording what ./skbtrace.conf says: tcp_rttm tcp_reset"
fresh
rec -q
ok "quiet: no notice" is "$(cat err)" ""
fresh
rec -e tcp_congestion
ok "-e: no file is read" enabled tcp_congestion
fresh
run live -q
ok "live reads it, too" enabled "tcp_rttm,sample=10
tcp_reset"
conf skbtrace.conf '# nothing yet'
fresh
rec
ok "a file without events: the default" says \
	"no -e given and no event in ./skbtrace.conf, recording @trouble: tcp_c"
rm skbtrace.conf
if why=$(not_root || lacks unshare); then
	skip "/etc/skbtrace/skbtrace.conf" "$why"
elif unshare -m true 2>/dev/null; then
	fresh
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs none /etc && mkdir /etc/skbtrace &&
		echo tcp_reset >/etc/skbtrace/skbtrace.conf &&
		exec "$@"' - "$S" record -r d -f -o x.dat >out 2>err
	rc=$?
	ok "/etc/skbtrace/skbtrace.conf" enabled tcp_reset
	ok "the notice says that" says "what /etc/skbtrace/skbtrace.conf says"
else
	skip "/etc/skbtrace/skbtrace.conf" "no mount namespaces"
fi

# ---- -c

conf a/skbtrace.conf tcp_rttm
conf b/skbtrace.conf tcp_reset
conf my.conf tcp_congestion
while IFS='|' read -r paths want; do
	fresh
	rec -q -c "$paths"
	ok "-c $paths" enabled "$want"
done <<-'E'
	a|tcp_rttm
	a/|tcp_rttm
	a/skbtrace.conf|tcp_rttm
	my.conf|tcp_congestion
	nix:b:a|tcp_reset
	nix/skbtrace.conf:my.conf|tcp_congestion
	my.conf/x:b|tcp_reset
	d:b|tcp_reset
	:b:|tcp_reset
E
fresh
rec --config=a
ok "--config" enabled tcp_rttm
ok "-c: the notice says which file" says \
	"no -e given, recording what a/skbtrace.conf says: tcp_rttm"
fresh
rec -c a -e tcp_reset,skip=a
ok "-c and -e: both" enabled "tcp_rttm
tcp_reset,skip=a"
ok "-c and -e: the notice" says \
	"recording what a/skbtrace.conf and -e say: tcp_rttm tcp_reset"
fresh
rec -e @trouble -c my.conf
ok "a name in the file beats a set of -e" enabled "tcp_congestion
tcp_reset"
conf skbtrace.conf nonsense
fresh
rec -c a
ok "-c: no other file is read" enabled tcp_rttm
rm skbtrace.conf
printf tcp_rttm >a/skbtrace.conf
fresh
rec -c a
ok "a last line without end" enabled tcp_rttm
for c in "" : nix nix:d nix:nix/skbtrace.conf; do
	fresh
	rec -c "$c"
	ok "-c \"$c\": none exists" bad 2 "-c $c: no such file"
	ok "-c \"$c\": what it may be" says "a directory that holds skbtrace"
done
ok "says what it looked for" says "looked for nix nix/skbtrace.conf"
fresh
run live -c nix
ok "live -c" bad 2 "-c nix: no such file"
fresh
rec -c nix -- touch ran
ok "CMD is not run" bad 125 "no such file"
ok "CMD is not run: really" test ! -e ran

# ---- lines

while IFS='|' read -r line text hint; do
	conf my.conf '# one' 'tcp_reset' "$line"
	fresh
	rec -c my.conf
	ok "line \"$line\"" bad 2 "my.conf:3: $text"
	[ -z "$hint" ] || ok "line \"$line\": what to do" says "$hint"
done <<-'E'
	tcp_rtm|no event "tcp_rtm"|did you mean tcp_rttm?
	@nonsense|no set @nonsense|there are: @all @trouble @rtt @rst
	skip=a|-e skip=a: an option, but of which event?|
	tcp_rttm tcp_reset|-e "tcp_rttm tcp_reset": no blanks here|
	tcp_rttm,,|-e "tcp_rttm,,": nothing between the commas|
	tcp_rttm,when=rtt|condition has no operator|
	tcp_reset#no|no event "tcp_reset#no"|
E
conf my.conf tcp_listen_overflow
fresh
rec -c my.conf
ok "an event that is not available" bad 1 "my.conf:1: tcp_listen_overflow is"
conf my.conf "$(printf '%05000d' 0)"
fresh
rec -c my.conf
ok "a line without end" bad 2 "my.conf:1: longer than 4096 bytes"
ok "a line without end: what to do" says "one event a line"
conf my.conf tcp_rttm "# $(printf '%04094d' 0)"
fresh
rec -c my.conf
ok "a line of just that length" enabled tcp_rttm
printf 'tcp_rttm\ntcp_\0rttm\n' >my.conf
fresh
rec -c my.conf
ok "a byte 0" bad 2 "my.conf:2: holds a byte 0"
truncate -s 2M my.conf
fresh
rec -c my.conf
ok "a huge file" bad 2 "my.conf is longer than 1 MiB"

# ---- the owner of the file

conf my.conf tcp_rttm
for mode in 620 602; do
	chmod $mode my.conf
	fresh
	rec -c my.conf:a
	ok "mode $mode: refused" bad 1 "my.conf can be written by others"
	ok "mode $mode: what to do" says "chmod go-w my.conf"
	conf skbtrace.conf tcp_rttm
	chmod $mode skbtrace.conf
	fresh
	rec
	ok "mode $mode: skipped without -c" enabled "$trouble"
	ok "mode $mode: with a message" says \
		"./skbtrace.conf can be written by others: not read"
	rm skbtrace.conf
done
chmod 644 my.conf
mkdir -p c/skbtrace.conf
fresh
rec -c c
ok "a directory called skbtrace.conf" bad 1 \
	"c/skbtrace.conf is a directory, not a file"
mkdir skbtrace.conf
fresh
rec
ok "the same here: skipped" says "./skbtrace.conf is a directory, not a file"
ok "and recorded" enabled "$trouble"
rmdir skbtrace.conf
mkfifo fifo
fresh
rec -c fifo
ok "a FIFO does not make us wait" bad 1 "fifo is something special"
if ! why=$(not_root || lacks setpriv); then
	chown 1234 my.conf
	fresh
	rec -c my.conf
	ok "someone else's" bad 1 "my.conf belongs to uid 1234"
	SUDO_UID=1234 SUDO_GID=1234 "$S" record -r d -q -c my.conf -o s.dat 2>err
	rc=$?
	ok "under sudo: the caller's" enabled tcp_rttm
	fresh
	SUDO_UID=1235 SUDO_GID=1234 "$S" record -r d -q -c my.conf -o x.dat 2>err
	rc=$?
	ok "under sudo: not another's" bad 1 "my.conf belongs to uid 1234"
	chown 0 my.conf
	chmod 600 my.conf
	chmod 755 .
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$S" record -r d -c my.conf >out 2>err
	rc=$?
	ok "unreadable" bad 1 "cannot read my.conf: Permission denied"
else
	skip "whose file" "$why"
fi

echo "1..$n"
exit "${failed:-0}"
