#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A control directory without a kernel, for tests of the record side.

usage: mkctl.py DIR [CPUS [SUBBUFS [EVENTS]]]

DIR/skbtrace gets plain files that say what the kernel's would, and a
trace.cpuN with SUBBUFS sub-buffers of EVENTS events for each CPU: they are
read like those of a session that has just been stopped.
"""
import os
import struct
import sys

SIZE = 4096
HDR = 64
FORMAT = """\
skbtrace 2 %s
subbuf 4096
kernel 6.12.0-test
clock monotonic
syms no_yes 0=no 1=yes
syms reason 0=cwr 1=loss
event 101 tcp_congestion module=tcp kind=conn role=event len=40 key=sk \
state=exact stability=Evolving sets=trouble selector=reason opts=skip:only:when:primary:snapshot setopts=skip=loss
 help Congestion entered or left.
 how at something else
 without some_tracepoint nothing
 field reason u32 32 enum:reason brief why
 field cwnd u32 36 packets brief congestion window
event 105 tcp_rttm module=tcp kind=conn role=event len=40 key=sk \
state=exact stability=Evolving sets=rtt selector=- opts=skip:when:sample:primary:before:after:stack:snapshot
 help An RTT sample.
 field rtt_us u32 32 us brief the sample
 field srtt_us u32 36 us brief smoothed
event 107 tcp_reset module=tcp kind=conn role=event len=40 key=sk \
state=inferred stability=Evolving sets=trouble:rst selector=- opts=skip
 help A reset.
 why seen at tcp_send_reset only
 field sent u32 32 enum:no_yes brief by us
 field pad u32 36 - - nothing
event 109 tcp_listen_overflow module=tcp kind=conn role=event len=40 key=sk \
state=unavailable stability=Evolving sets=trouble selector=- opts=skip
 why needs the kernel patch
 field backlog u32 32 - brief length
 field pad u32 36 - - nothing
event 65281 task module=core kind=meta role=task len=56 key=none \
state=exact stability=Stable sets=- selector=- opts=
 field tgid u32 32 - brief pid
 field comm str16 40 - brief name
""" % sys.byteorder


def block(seq):
    hdr = struct.pack("=HHBBHQQII", 40, 105, 1, 0, 0, 1000000 + seq * 1000,
                      0x1003, 4026531840, 0)
    return hdr + struct.pack("=II", 40000 + seq, 41000)


def subbuf(cpu, nr, events):
    body = b"".join(block(nr * events + i) for i in range(events))
    used = HDR + len(body)
    hdr = struct.pack("=IHHIIIIQQQQII", 0x53544232, 2, HDR, cpu, SIZE, used, 0,
                      nr * events, 0, 1000000 + nr * events * 1000,
                      1763701391000000000, events, 0)
    assert len(hdr) == HDR and used + 8 <= SIZE
    pad = struct.pack("=HHI", 8, 0xffff, SIZE - used)
    return (hdr + body + pad).ljust(SIZE, b"\0")


def main():
    top = sys.argv[1]
    sizes = list(map(int, sys.argv[2:5]))
    cpus, nr, events = sizes + [2, 3, 10][len(sizes):]
    ctl = os.path.join(top, "skbtrace")
    os.makedirs(ctl, exist_ok=True)
    files = {
        "version": "2\n", "format": FORMAT, "enabled": "",
        "subbuf_size": "%d\n" % SIZE, "subbuf_nr": "8\n",
        "contexts": "task softirq hardirq\n", "cpus": "0-%d\n" % (cpus - 1),
        "dropped": "total 0\n", "keyframes": "0\n", "error": "",
        "owner": "none\n", "sock_filters": "none\n", "filters": "none\n",
        "netns": "none\n", "dev": "none\n", "mark": "none\n",
        "cgroup": "none\n", "pid": "none\n", "hold": "8388608\n",
        "max_cost": "off\n",
        "stat": "session tracing=0 owner=0 since_ns=0 epoch=0 "
                "subbuf_size=%d subbuf_nr=8 dead=-\n" % SIZE,
    }
    for name, text in files.items():
        with open(os.path.join(ctl, name), "w", encoding="ascii") as f:
            f.write(text)
    for cpu in range(cpus):
        with open(os.path.join(ctl, "trace.cpu%d" % cpu), "wb") as f:
            for i in range(nr):
                f.write(subbuf(cpu, i, events))


if __name__ == "__main__":
    main()
