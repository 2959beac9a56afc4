#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --netns, --dev, --mark, --cgroup, --pid, on the command line and in skbtrace.conf:
# what is written to the control files, bad input, status. TAP.
# shellcheck disable=SC2317 # ok() runs what stands behind it
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"
need python3

# holds FILE TEXT...: each control file has its text
holds() {
	while [ $# -gt 0 ]; do
		is "$1=$(cat "d/skbtrace/$1")" "$1=$2" || return 1
		shift 2
	done
}

# rec ARGS...: records, with fresh control files
rec() {
	fresh
	rm -f x.dat
	run record -q -f -o x.dat "$@"
}

# bad CODE TEXT [HINT]: it has failed with these, and started nothing
bad() {
	is "$rc" "$1" && says "$2" && { [ -z "${3-}" ] || says "$3"; } &&
		enabled "" && test ! -e x.dat
}

echo "TAP version 13"
inode=$(stat -Lc %i /proc/self/ns/net)
rec
ok "nothing asked for" holds netns none dev none mark none cgroup none pid none

# ---- --mark ----

while IFS='|' read -r arg want; do
	rec --mark "$arg"
	ok "--mark $arg" holds mark "$want"
done <<-'E'
	7|0x7
	0x10/0xf0|0x10/0xf0
	010/0xff|0x8/0xff
	0|0x0
	0/1|0x0/0x1
	4294967295/0xffffffff|0xffffffff/0xffffffff
E
for m in '' x -1 1x 0x 1/ /1 1/x 1/0 0x100000000 1/2/3 ' 1' 08; do
	rec --mark "$m"
	ok "--mark \"$m\"" bad 2 "--mark $m: not a mark" "VALUE or VALUE/MASK"
done
rec --mark 0x11/0xf0
ok "a mark that its mask has not" bad 2 "nothing can match" "--mark 0x10/0xf0"

# ---- --pid ----

if [ "$(stat -Lc %i /proc/self/ns/pid)" = 4026531836 ]; then
	rec --pid $$
	ok "--pid" holds pid $$
	python3 -c '
import os, threading, time
def f():
    print(os.getpid(), threading.get_native_id(), flush=True)
    time.sleep(20)
threading.Thread(target=f, daemon=True).start()
time.sleep(20)' >ids &
	pid=$!
	wait_for test -s ids
	read -r tgid tid <ids
	rec --pid "$tid"
	ok "--pid: a thread" bad 2 "--pid $tid: a thread of process $tgid" \
		"--pid $tgid is for all of its threads"
	kill $pid
	wait $pid 2>/dev/null
	rec --pid "$pid"
	ok "--pid: it has ended" bad 2 "--pid $pid: no such process"
else
	rec --pid 5
	ok "--pid of the host" holds pid 5
	ok "--pid of the host: that is said" says "as the host counts"
fi
for p in '' 0 x -1 99999999999 1x; do
	rec --pid "$p"
	ok "--pid \"$p\"" bad 2 "--pid $p: not the number of a process" pidof
done

# ---- --netns ----

for a in /proc/self/ns/net /proc/$$/ns/net $$ "$inode"; do
	rec --netns "$a"
	ok "--netns $a" holds netns "$inode"
done
rec --netns 4026532999
ok "--netns: an inode number that nobody is in" holds netns 4026532999
while IFS='|' read -r arg code text hint; do
	rec --netns "$arg"
	ok "--netns \"$arg\"" bad "$code" "$text" "$hint"
done <<-'E'
	nix|2|--netns nix: no such network namespace|a path, a pid or an inode
	|2|--netns : no such network namespace|
	..|2|no such network namespace|
	/no/such|2|cannot open /no/such: No such file|
	/proc/self/ns/mnt|2|/proc/self/ns/mnt is no network namespace|
	/etc/passwd|2|/etc/passwd is no network namespace|
	99999999|2|no process 99999999, nor is it the inode|
	99999999999|2|no process 99999999999|
E

# ---- --dev ----

rec --dev lo
ok "--dev: the index, and our namespace" holds dev 1 netns "$inode"
rec --dev 1 --netns /proc/self/ns/net
ok "--dev: an index" holds dev 1 netns "$inode"
for i in nix 99999 '' averyveryverylongname; do
	rec --dev "$i"
	ok "--dev \"$i\"" bad 2 "--dev $i: no such interface here" "ip link"
done
rec --dev lo --netns 4026532999
ok "--dev: nobody is in that namespace" bad 1 \
	"nobody is in network namespace 4026532999" "--netns NAME or PATH"
rec --dev lo --netns nix
ok "--dev: no such namespace" bad 2 "--netns nix: no such"

# Where another namespace, which has only lo, is called web
inside() { # COMMAND...: with $other, its inode number
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs none /run && mkdir /run/netns &&
		: >/run/netns/web && unshare -n sh -c "
			mount --bind /proc/self/ns/net /run/netns/web" &&
		other=$(stat -Lc %i /run/netns/web) && export other && exec "$@"
	' - "$@" >out 2>err
	rc=$?
}

inside_works() {
	inside true
	[ "$rc" = 0 ]
}

if why=$(not_root || lacks unshare); then
	skip "--netns: a name" "$why"
elif inside_works; then
	fresh
	# shellcheck disable=SC2016
	inside sh -c 'echo "$other" >want; exec "$@"' - \
		"$S" record -r d -q -f -o x.dat --netns web --dev lo
	ok "--netns: a name" holds netns "$(cat want)" dev 1
	ok "--netns: another one" test "$(cat want)" != "$inode"
	fresh
	# shellcheck disable=SC2016
	inside sh -c 'exec "$@" --netns "$other"' - \
		"$S" record -r d -q -f -o x.dat --dev lo
	ok "--dev: in a namespace told by its inode" is "$rc$(cat err)" 0
	fresh
	rm -f x.dat
	dev=$(awk -F '[: ]*' 'NR > 2 && $2 != "lo" { print $2; exit }' \
		/proc/net/dev)
	inside "$S" record -r d -f -o x.dat --netns web --dev "${dev:-eth0}"
	ok "--dev: ours is not in there" bad 2 \
		"--dev ${dev:-eth0}: no such interface in network namespace web"
	fresh
	rm -f x.dat
	inside "$S" record -r d -f -o x.dat --netns wep
	ok "--netns: what names there are" bad 2 "--netns wep: no such" \
		"there are: web; else a path"
	fresh
	# shellcheck disable=SC2016
	inside sh -c 'echo "$other" >d/skbtrace/netns
		echo 1 >d/skbtrace/dev; exec "$@"' - "$S" status -r d
	ok "status: the name of a namespace" grep -qE \
		'^filter    netns [0-9]+ \(web\)$' out
	ok "status: another's interface has no name here" \
		grep -qx 'filter    dev 1' out
else
	skip "--netns: a name" "no namespaces"
fi

# ---- --cgroup ----

top=$(awk '$4 == "/" && / - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
if [ -n "$top" ]; then
	for a in / "$top" "$top/" /. "$top/../${top##*/}"; do
		rec --cgroup "$a"
		ok "--cgroup $a" holds cgroup /
	done
	some=$(cd "$top" && find . -mindepth 1 -type d -print -quit)
	if [ -z "$some" ] && mkdir "$top/skbtrace-test-$$" 2>/dev/null; then
		made="$top/skbtrace-test-$$"
		some="./skbtrace-test-$$"
	fi
	if [ -n "$some" ]; then
		for a in "$top/$some" "${some#.}" "${some#./}" "${some#.}/"; do
			rec --cgroup "$a"
			ok "--cgroup $a" holds cgroup "${some#.}"
		done
	else
		skip "--cgroup: one that is not the root" "there is none"
	fi
	[ -z "${made-}" ] || rmdir "$made"
	while IFS='|' read -r arg text; do
		rec --cgroup "$arg"
		ok "--cgroup $arg" bad 2 "--cgroup $arg: $text" \
			"a folder below $top"
	done <<-'E'
		/no/such.service|no such cgroup
		nix|no such cgroup
		/cgroup.procs|not a folder
		/../../../../etc|not in the cgroup2 hierarchy
	E
else
	rec --cgroup /
	ok "--cgroup without a hierarchy" bad 1 "no cgroup2 hierarchy is mounted"
fi

# ---- a kernel without these filters, and one that refuses ----

for o in "netns:$inode" dev:lo mark:1 "pid:$$"; do
	fresh
	rm -f x.dat "d/skbtrace/${o%:*}"
	run record -f -o x.dat "--${o%:*}" "${o#*:}"
	ok "--${o%:*}: an old module" bad 1 \
		"this kernel's skbtrace does not choose by ${o%:*}" "older"
done
fresh
rm d/skbtrace/mark
mkdir d/skbtrace/mark
echo "mark: not today" >d/skbtrace/error
run record -f -o x.dat --mark 1
ok "the kernel's reason" bad 1 "skbtrace: not today"

# ---- status ----

fresh
echo "$inode" >d/skbtrace/netns
echo 1 >d/skbtrace/dev
echo 0x10/0xf0 >d/skbtrace/mark
echo /system.slice/foo.service >d/skbtrace/cgroup
echo $$ >d/skbtrace/pid
run status
ok "status" is "$(grep ^filter out)" "filter    netns $inode (this one)
filter    dev 1 (lo)
filter    mark 0x10/0xf0
filter    cgroup /system.slice/foo.service
filter    pid $$ ($(cat /proc/$$/comm))"

# ---- skbtrace.conf ----

conf() { # LINE...
	printf '%s\n' "$@" >my.conf
	chmod 600 my.conf
}
conf '-S port 443 and not net 10.0.0.0/8  # slow ones' 'tcp_rttm' \
	"--netns=$inode" '--mark   0x10/0xf0' '-F udp' '--dev lo' "--pid $$"
rec -c my.conf
ok "conf: exit 0" is "$rc$(cat err)" 0
ok "conf: all of it" holds netns "$inode" mark 0x10/0xf0 dev 1 pid $$
ok "conf: the filter" is "$(head -n 1 d/skbtrace/sock_filters)" \
	"# port 443 and not net 10.0.0.0/8"
ok "conf: the filter of packets" is "$(head -n 1 d/skbtrace/filters)" "# udp"
ok "conf: the events" enabled tcp_rttm
"$S" info -m filters x.dat >out 2>err
ok "conf: the file says all of it" is "$(cat out)" \
	"connections port 443 and not net 10.0.0.0/8
packets udp
netns $inode
dev 1
mark 0x10/0xf0
pid $$"
rec -c my.conf --mark 1 -F icmp host 10.0.0.1
ok "conf: the command line counts more" holds mark 0x1 netns "$inode"
ok "conf: and an expression" is "$(head -n 1 d/skbtrace/sock_filters)" \
	"# host 10.0.0.1"
ok "conf: and -F" is "$(head -n 1 d/skbtrace/filters)" "# icmp"
conf '--conn-filter port 443'
rec -c my.conf -d
ok "conf: -d" grep -q "^# connections 'port 443'" out
fresh
run record -f -o x.dat -c my.conf
ok "conf: filters, and no events" says \
	"no -e given and no event in my.conf, recording @trouble"
while IFS='|' read -r line text hint; do
	conf '# one' "$line"
	rec -c my.conf
	ok "conf: \"$line\"" bad 2 "my.conf:2: $text" "$hint"
done <<-'E'
	-w 10|"-w" is no option of this file|there are: -S -F --netns --dev --mark
	--strict|"--strict" is no option of this file|--cgroup --pid
	-|"-" is no option of this file|
	--|"--" is no option of this file|
	-S|-S needs an argument|
	--mark=|--mark= needs an argument|
	--mark 1/0|--mark 1/0: not a mark|
	-Sport 443|"-Sport" is no option of this file|
	-S port and|connection filter: |
	-F (udp|packet filter: |
	--netns nix|--netns nix: no such network namespace|
	--dev nix|--dev nix: no such interface here|
E
conf '--mark 1' tcp_rttm '--mark 2'
rec -c my.conf
ok "conf: twice" bad 2 "my.conf:3: --mark was given before" "at my.conf:1"

echo "1..$n"
exit "${failed:-0}"
