#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""For tests of the flight recorder: control files and data of a kernel with snapshot=.

usage: mkflight.py ctl DIR		control files, a trace file without data; its
					processor never says that it is complete
       mkflight.py data FIRST COUNT [ASKING]
					COUNT sub-buffers of ten events, from
					number FIRST on, to stdout; ASKING of
					the first one's ask for a snapshot
"""
import os
import sys

import mkctl

EVENTS = 10
FLAGS = 5	# offset in struct skbtrace_block
SNAPSHOT = 0x08
BLOCK = 40


def control(top):
    mkctl.FORMAT = mkctl.FORMAT.replace(":sample:stack", ":sample:stack:snapshot")
    sys.argv = ["mkctl.py", top, "1", "0", "0"]
    mkctl.main()
    ctl = os.path.join(top, "skbtrace")
    with open(os.path.join(ctl, "stat"), "a", encoding="ascii") as f:
        f.write("cpu 0 complete_ns=1\n")
    # sub-buffers are made before the run, so they can't know its epoch
    os.remove(os.path.join(ctl, "keyframes"))


def data(first, count, asking):
    for i in range(first, first + count):
        b = bytearray(mkctl.subbuf(0, i, EVENTS))
        for j in range(asking if i == first else 0):
            b[mkctl.HDR + (3 + j) * BLOCK + FLAGS] |= SNAPSHOT
        sys.stdout.buffer.write(b)


def main():
    if sys.argv[1] == "ctl":
        control(sys.argv[2])
    else:
        data(*(list(map(int, sys.argv[2:])) + [0])[:3])


if __name__ == "__main__":
    main()
