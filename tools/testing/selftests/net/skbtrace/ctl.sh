#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Control files: valid and invalid input, messages; a write that is refused changes
# nothing

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need setpriv
need_event tcp_rttm tcp_connection udp_send skb_drop

# Reads the settings, not the counters, into $state; without a process, as that is
# done very often
get_state() {
	local f lines
	state=''
	for f in enabled subbuf_size subbuf_nr max_cost contexts cpus owner; do
		mapfile lines <"$CTL/$f"
		state+="$f: ${lines[*]}"
	done
}

# accepts FILE TEXT [READ-BACK]
accepts() {
	put "$1" "$2" 2>"$TMP/err" ||
		fail "$1 takes '$2'" "$(cat "$TMP/err" $CTL/error)"
	is "$1: '$2'" "$(<"$CTL/$1")" "${3-$2}"
}

# refuses FILE TEXT ERRNO-TEXT GLOB-OF-ERROR
refuses() {
	local before
	get_state
	before=$state
	if put "$1" "$2" 2>"$TMP/err"; then
		fail "$1 refuses '$2'"
	else
		like "$1: '$2': $3" "$(<"$TMP/err")" "*$3"
		like "$1: '$2': reason" "$(<$CTL/error)" "$1: $4"
	fi
	get_state
	is "$1: '$2': nothing changed" "$state" "$before"
}

INVAL='Invalid argument'
NOENT='No such file or directory'
BUSY='Device or resource busy'
NOMEM='Cannot allocate memory'

is "version" "$(<$CTL/version)" 2
like "format begins with the version" "$(head -n 1 $CTL/format)" \
	"skbtrace 2 @(little|big)"
for f in version format stat error; do
	like "$f is for reading only" \
		"$( (echo 1 >$CTL/$f) 2>&1)" "*@($INVAL|Permission denied)"
done
is "nobody owns it" "$(<$CTL/owner)" none
is "nothing is on" "$(<$CTL/enabled)" ""

# --- sizes
accepts subbuf_nr 4
accepts subbuf_size 4096
accepts subbuf_size 65536
accepts subbuf_size 0x10000 65536
refuses subbuf_size 4095 "$INVAL" "not a number from 4096 to 1048576*"
refuses subbuf_size 0 "$INVAL" "*"
refuses subbuf_size 5000 "$INVAL" "*multiple of 4096*"
refuses subbuf_size 1052672 "$INVAL" "*"
refuses subbuf_size -4096 "$INVAL" "*"
refuses subbuf_size lots "$INVAL" "*"
refuses subbuf_size '' "$INVAL" "*"
refuses subbuf_size 4294971392 "$INVAL" "*"
accepts subbuf_nr 2
refuses subbuf_nr 1 "$INVAL" "not a number from 2 to 65536*"
refuses subbuf_nr 65537 "$INVAL" "*"
refuses subbuf_nr 2x "$INVAL" "*"
refuses subbuf_nr 65536 "$NOMEM" "* CPUs x 65536 x 65536 bytes are *, the cap is *"
accepts subbuf_size 4096

# --- max_cost
is "max_cost" "$(<$CTL/max_cost)" off
accepts max_cost 1%
accepts max_cost 0.25%
accepts max_cost 12.5000% 12.5%
accepts max_cost 0.0001%
accepts max_cost 100%
accepts max_cost 0 off
accepts max_cost 0% off
for bad in '' 1 % .5% 1.% 1.00001% 101% 100.0001% -1% 0x1% 1%% 1,5% 9999999999% \
	'1 %' lots; do
	refuses max_cost "$bad" "$INVAL" "not a share of the CPUs' time*"
done
is "max_cost: still off" "$(<$CTL/max_cost)" off

# --- contexts, cpus
accepts contexts task "task"
accepts contexts "hardirq,task" "task hardirq"
accepts contexts "syscall:softirq" "task softirq"
refuses contexts "" "$INVAL" "name at least one of*"
refuses contexts "task tasklet" "$INVAL" "tasklet is none of*"
accepts contexts "task softirq hardirq"
all=$(<$CTL/cpus)
accepts cpus 0
refuses cpus "" "$INVAL" "not a list of CPUs*"
refuses cpus "0-" "$INVAL" "*"
refuses cpus "8191" "$INVAL" "*"
refuses cpus zero "$INVAL" "*"
accepts cpus "$all"

# --- events and options
refuses enabled no_such_event "$NOENT" "no_such_event: no such event*"
refuses enabled -no_such_event "$NOENT" "no_such_event: no such event*"
refuses enabled tcp_rttm,foo "$INVAL" 'tcp_rttm: no option "foo"*'
refuses enabled tcp_rttm,skip=x "$INVAL" 'tcp_rttm: no option "skip"*'
refuses enabled tcp_rttm,sample=0 "$INVAL" "tcp_rttm: sample=0: *1 to 65536"
refuses enabled tcp_rttm,sample=x "$INVAL" "tcp_rttm: sample=x: *1 to 65536"
refuses enabled tcp_rttm,sk_mark=x "$INVAL" "tcp_rttm: sk_mark=x: *32 bits"
refuses enabled tcp_rttm,stack=1 "$INVAL" "tcp_rttm: stack takes no value"
refuses enabled icsk_connection,sample=2 "$INVAL" '*no option "sample"*'
refuses enabled sk_timer,only=fire:later "$INVAL" "*later is no timer or op*"
refuses enabled tcp_sendlimit,skip=none "$INVAL" "*none is no reason*"
refuses enabled tcp_connection,skip "$INVAL" "*needs a value"
refuses enabled tcp_connection,skip= "$INVAL" "*needs a value"
refuses enabled tcp_connection,skip=CLOSED "$INVAL" "*CLOSED is no state*"
refuses enabled tcp_connection,skip=CLOSE,only=CLOSE "$INVAL" "*once"
refuses enabled tcp_connection, "$INVAL" "*"
refuses enabled ',' "$NOENT" "*"
refuses enabled task "$INVAL" "task: comes by itself"
refuses enabled $'udp_send\nno_such_event' "$NOENT" "*"
refuses enabled $'udp_send\ntcp_connection,skip=NO' "$INVAL" "*"
refuses enabled $'-*\nudp_send' "$INVAL" "*"
like "tracing is off" "$(head -n 1 $CTL/stat)" "session tracing=0 *"

accepts enabled tcp_connection,skip=TIME_WAIT:CLOSE
like "tracing is on" "$(head -n 1 $CTL/stat)" "session tracing=1 owner=0 *"
files=("$CTL"/trace.cpu*)
is "a channel file for each CPU" "${#files[@]}" \
	"$(grep -c ^processor /proc/cpuinfo)"
accepts enabled tcp_connection,only=CLOSE
accepts enabled tcp_connection,mask=CLOSE tcp_connection,skip=CLOSE
echo skb_drop,skip=QDISC_DROP:NO_SOCKET >$CTL/enabled
before=$(<$CTL/enabled)
cat $CTL/enabled >"$TMP/readback"
cat "$TMP/readback" >$CTL/enabled
is "what is read parses again" "$(<$CTL/enabled)" "$before"
refuses enabled $'udp_send\nno_such_event' "$NOENT" "*"
refuses enabled $'-skb_drop\ntcp_rttm,foo' "$INVAL" "*"
refuses enabled $'tcp_connection\nno_such_event' "$NOENT" "*"
refuses subbuf_size 8192 "$BUSY" "tracing is on"
refuses subbuf_nr 8 "$BUSY" "tracing is on"
refuses max_cost 1% "$BUSY" "tracing is on, and does not measure*"
accepts max_cost off
accepts contexts softirq
accepts contexts "task softirq hardirq"
get_state
before=$state
like "owner: tracing is on" "$( (exec 3>$CTL/owner) 2>&1)" "*$BUSY"
get_state
is "owner: nothing changed" "$state" "$before"

exec 5<$CTL/trace.cpu0
like "a second reader" "$( (exec 6<$CTL/trace.cpu0) 2>&1)" "*$BUSY"
exec 5<&-
ok "a reader after the first one" bash -c "exec 6<$CTL/trace.cpu0"

echo "-skb_drop" >$CTL/enabled
is "one off, the other stays" "$(<$CTL/enabled)" tcp_connection,skip=CLOSE
echo "skb_drop" >$CTL/enabled
e=$(<$CTL/keyframes)
echo 1 >$CTL/keyframes
is "a new epoch of names" "$(<$CTL/keyframes)" $((e + 1))
is "nothing dropped" "$(<$CTL/dropped)" "total 0"
echo '-*' >$CTL/enabled
is "-* once is enough" "$(<$CTL/enabled)" ""
like "tracing is off" "$(head -n 1 $CTL/stat)" "session tracing=0 *"
is "settings outlive the trace" "$(cat $CTL/subbuf_size $CTL/subbuf_nr)" \
	$'4096\n2'
ok "-* when nothing is on" bash -c "echo '-*' >$CTL/enabled"

# CPUs or memory may have changed since a size was set: the start checks it again
is "modules are free" "$(module_users)" 0

# --- owner
exec 7>$CTL/owner
like "owner" "$(<$CTL/owner)" "pid $$ uid 0 since_ns * comm $(<"/proc/$$/comm")"
like "a second owner" "$( (exec 6>$CTL/owner) 2>&1)" "*$BUSY"
like "a second owner: reason" "$(<$CTL/error)" "owner: pid $$ owns the session"
is "a private session has default settings" "$(<$CTL/subbuf_size)" 131072
accepts subbuf_size 8192
accepts enabled udp_send
exec 7>&-
is "the owner gone: nobody" "$(<$CTL/owner)" none
is "the owner gone: nothing on" "$(<$CTL/enabled)" ""
is "the owner gone: its settings too" "$(<$CTL/subbuf_size)" 4096
is "the owner gone: its files too" "$(ls -d $CTL/trace.cpu* 2>/dev/null)" ""

# --- limits of one write
head -c 65537 /dev/zero | tr '\0' '\n' >"$TMP/long"
like "a write over 64 KiB" \
	"$(dd if="$TMP/long" of=$CTL/enabled bs=1M conv=notrunc 2>&1)" \
	"*Argument list too long*"
{ yes '# a comment' | head -c 60000; echo; } >"$TMP/comments"
ok "a long write of comments" \
	dd if="$TMP/comments" of=$CTL/enabled bs=1M conv=notrunc

# --- not root
chmod 711 "$TMP"
for f in enabled owner subbuf_size format; do
	for how in '<' '>'; do
		like "not root: $how $f" "$(setpriv --reuid 65534 --regid 65534 \
			--clear-groups bash -c "exec 3$how$CTL/$f" 2>&1)" \
			"*Permission denied"
	done
done
is "nothing is on" "$(<$CTL/enabled)" ""
finish
