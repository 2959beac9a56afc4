#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# On a distribution's kernel: the modules load; list says which events are available
# and why others are not; those that are can be recorded and read; the modules can be
# unloaded; the kernel has logged no warning. TAP. In a virtual machine:
#
#	scripts/vm.sh -k stock-6.12 tools/skbtrace/tests/stock_vm.sh
# shellcheck disable=SC2154,SC2317 # vm_lib.sh sets them, ok() runs them

. "$(dirname "$0")/vm_lib.sh"
need modprobe ss tc

# The events in this state, a line each
events() { # STATE...
	local state
	for state; do
		sed -n "s/^{\"event\":\"\([a-z_]*\)\".*\"state\":\"$state\".*/\1/p" list.json
	done
}

modules_loaded() { grep '^skbtrace' /proc/modules; }

not() { ! "$@"; }

run list
ok "list: exit 0" is "$rc" 0
"$S" list --json >list.json
ok "list: nothing is absent" not grep absent err
here=$(events exact inferred | wc -l)
ok "some events are there ($here of $(wc -l <list.json))" test "$here" -ge 8
ok "of the others it says why" is \
	"$(grep '"state":"unavailable"' list.json | grep -c '"why":"[^"]')" \
	"$(events unavailable | wc -l)"
for event in tcp_active_conn tcp_connection tcp_retransmit skb_drop; do
	ok "$event is there" grep -qx "$event" <<<"$(events exact inferred)"
done
all=$(events exact inferred | paste -sd,)
traffic 2 1000 &	# python takes a second for its first connection
wait
bg record -o all.dat -e "$all"
tc qdisc add dev lo root netem loss 5%
traffic 8 400000
tc qdisc del dev lo root
closed() {
	[ -z "$(ss -Htn state fin-wait-1 state closing state last-ack)" ]
}
wait_for closed
end -
ok "all of them at once: exit 0" is "$rc" 0
cp err record.err
ok "none lost" grep -q 'none lost' record.err
run parse all.dat
ok "parse: exit 0" is "$rc" 0
for event in tcp_active_conn tcp_connection tcp_retransmit skb_delay; do
	grep -qx "$event" <<<"$(events exact inferred)" || continue
	ok "parse: $event" grep -q " $event " out
done
run parse --summary all.dat
ok "summary: all that has been sent, by each of eight" is \
	"$(awk '$4 == 401408' out | wc -l)" 8
run record -w 0.1 -o no.dat -e "$(events unavailable | head -n 1)"
if [ "$(events unavailable | wc -l)" != 0 ]; then
	ok "an unavailable one: exit 1" is "$rc" 1
	ok "an unavailable one: told" says "is not available on this kernel: "
fi
# shellcheck disable=SC2046 # names without blanks
modprobe -r $(ls /sys/module/skbtrace/holders) skbtrace
ok "unloaded" not modules_loaded
ok "the kernel does not complain" not grep -E 'WARNING|BUG|Oops|skbtrace.*(error|fail)' <(dmesg)
echo "1..$n"
exit "${failed:-0}"
