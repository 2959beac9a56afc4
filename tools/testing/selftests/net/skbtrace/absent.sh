#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A protocol module cannot be loaded: its events are unknown, the message names the
# module, a list of events with one of them enables nothing, other events work

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need modprobe rmmod
[ -d /sys/module/skbtrace_udp/holders ] || skip "skbtrace_udp is not a module"
mkdir -p /run/modprobe.d 2>/dev/null
echo "install skbtrace_udp /bin/false" >/run/modprobe.d/skbtrace-test.conf ||
	skip "can't write to /run/modprobe.d"
# shellcheck disable=SC2317 # called by cleanup
forget() {
	rm -f /run/modprobe.d/skbtrace-test.conf
}
at_end=forget
rmmod skbtrace_udp || skip "skbtrace_udp is in use"
modprobe skbtrace_udp 2>/dev/null && skip "this modprobe ignores install lines"

is "format says so" "$(grep ^absent $CTL/format)" "absent udp"
is "and has no event of it" "$(grep -c '^event [0-9]* udp_' $CTL/format)" 0
like "enabled: errno" "$( (put enabled $'tcp_rttm\nudp_send') 2>&1)" \
	"*No such file or directory"
like "enabled: reason" "$(<$CTL/error)" \
	"enabled: udp_send: no such event, nor a module skbtrace-event-udp_send*"
is "nothing is enabled" "$(<$CTL/enabled)" ""
like "tracing is off" "$(head -n 1 $CTL/stat)" "session tracing=0 *"
ok "other modules' events" put enabled tcp_rttm
echo '-*' >$CTL/enabled

like "record names the module" "$(skbtrace record -w 1 -e udp_send \
	-o "$TMP/dat" 2>&1)" "*no event \"udp_send\"*modprobe skbtrace_udp*"
ok "and starts nothing" test ! -e "$TMP/dat"
like "list names it" "$(skbtrace list 2>&1)" "*did not load: udp*"

rm /run/modprobe.d/skbtrace-test.conf
ok "the module can be loaded again" put enabled udp_send
is "its event is enabled" "$(<$CTL/enabled)" udp_send
echo '-*' >$CTL/enabled
is "format says so, too" "$(grep -c ^absent $CTL/format)" 0
finish
