#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# primary= on a real kernel: which events are written, where they stand, what the
# program prints. TAP. As record_vm.sh:
#
#	scripts/vm.sh -w tools/skbtrace tools/skbtrace/tests/history_vm.sh
#
# shellcheck disable=SC2154,SC2317 # vm_lib.sh sets them, ok() runs them

. "$(dirname "$0")/vm_lib.sh"
need python3

# Sends datagrams of these lengths to a port that takes them. "@N": from now on on
# CPU N; "others": sends many in another flow.
send() { # LENGTH|@CPU|others...
	python3 -c '
import os, socket, sys
def sender(to):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(to.getsockname())
    return s
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as to:
    to.bind(("127.0.0.1", 0))
    s, other = sender(to), sender(to)
    for word in sys.argv[1:]:
        if word[0] == "@":
            os.sched_setaffinity(0, [int(word[1:])])
        elif word == "others":
            for _ in range(2000):
                other.send(b"")
        else:
            s.send(b"x" * int(word))
' "$@"
}

# The lengths in the order of the lines; held ones are in brackets; "!": some are
# missing
line() { # FILE
	"$S" parse -i "$1" --json -e udp_send 2>/dev/null | python3 -c '
import json, sys
words = []
for text in sys.stdin:
    e = json.loads(text)
    if e["event"] == "udp_send":
        word = "(%d)" % e["len"] if e["held"] else "%d" % e["len"]
        words.append("!" * e["older_missed"] + word)
print(*words)'
}

backward() { # FILE
	"$S" parse -i "$1" --json 2>/dev/null | tail -1 |
		grep -o '"backward":[0-9]*'
}

spec='udp_send,primary=udp_send[len==1000],before=3'

bg record -o one.dat -e "$spec"
send 10 11 12 13 1000 20 1000 30
end -
ok "before=3: exit 0" is "$rc" 0
ok "before=3: the last three, each once" is "$(line one.dat)" \
	"(11) (12) (13) 1000 (20) 1000"
ok "before=3: totals" grep -q 'held back [0-9]*, written 4 of them as' err
ok "before=3: no step back" is "$(backward one.dat)" '"backward":0'
run info one.dat
ok "info: histories" grep -q \
	'^history   4 events had been held back, of 2 primaries' out
ok "info: what may be held" grep -q '^hold$' out

bg record -o two.dat -e "$spec,after=1"
send @0 10 11 @1 12 @0 13 @1 1000 20 21
end -
ok "other CPUs hold back, too; after=1" is "$(line two.dat)" \
	"(11) (12) (13) 1000 20"

# the log of a CPU is 64 KiB: older events have been overwritten
bg record -o small.dat --hold 128k -e "$spec"
send @0 10 11 others 12 1000
end -
ok "--hold 128k: older ones are missed, and it is told" \
	is "$(line small.dat)" "(12) !1000"
run parse -i small.dat
ok "in text, too" grep -q ' udp_send .* older=missed$' out
ok "and in the end" says "older ones are gone at 1 primaries"

bg live -e "$spec"
send 10 11 12 13 1000 20
end -
ok "live: before the primary" is "$(awk '$3 == "udp_send" {
	n++; if ($2 ~ /^</) held++ } END { print held, n }' out)" "3 4"
bg record -q -o x.dat -e "$spec"
send 10 1000
"$S" status >status.out
end -
ok "status: what is held back" grep -Eq \
	'^hold +16.0MiB in all, held back [1-9][0-9]*, written 1 of them' \
	status.out

# ---- what is refused

refused() { # TEXT RC ARGS...
	local text=$1 want=$2
	shift 2
	run record -q -w 0.1 -o refused.dat "$@"
	ok "refused: $*" is "$rc" "$want"
	ok "refused: $*: why" says "$text"
}
refused 'is not enabled' 2 -e udp_send,primary=ip_send
refused 'no ]' 2 -e 'udp_send,primary=udp_send[len>5'
refused 'did the shell take the >' 2 -e 'udp_send,primary=udp_send[len]'
refused 'did the shell take the >' 2 -e 'udp_send,when=len'
refused 'a 16th of all memory' 1 --hold 900G -e udp_send

echo "1..$n"
exit "${failed:-0}"
