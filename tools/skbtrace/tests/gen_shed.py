#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, with SHED blocks (max_cost): gen_shed.py SCENARIO OUTPUT

Times are in milliseconds. Each of two CPUs tells each change.
"""

import sys

from gen import A, T0, Trace, US, conns, keyframe, write
from gen_history import SK, held, history, cong

MS = 1000 * US


def tell(t, cpu, ms, since, factor, was, share=21300, limit=10000, short=0):
    b = t.pack('HHBBHQQIIQIIII', 56 - short, 0xfffb, 0, 0, 0, T0 + ms * MS, 0,
               0, 0, T0 + since * MS, factor, was, share, limit)
    t.add_block(cpu, ms * MS, b[:56 - short])


def change(t, ms, factor, was, **kw):
    for cpu in range(t.cpus):
        tell(t, cpu, ms + cpu, ms, factor, was, **kw)


def event(t, ms, rtt_us):
    t.event('tcp_rttm', ms % 2, ms * MS, SK, rtt_us=rtt_us)


def basic(**kw):
    t = Trace(**kw)
    keyframe(t, 0, 0, SK, A)
    event(t, 10, 1)
    change(t, 100, 2, 1)
    event(t, 110, 2)
    change(t, 200, 4, 2, share=12345, limit=10000)
    event(t, 210, 3)
    return t


def big():
    return basic(big=True)


def over():
    """All is recorded again at the end."""
    t = basic()
    change(t, 300, 1, 4, share=2000)
    event(t, 310, 4)
    return t


def many():
    """More changes than are listed, pauses among them; told again later."""
    t = basic()
    for i in range(3):
        change(t, 300 + 100 * i, 0, 4, share=10001)
        change(t, 350 + 100 * i, 4, 0, share=0)
    tell(t, 0, 700, 550, 4, 0)
    event(t, 710, 5)
    return t


def amid():
    """A sub-buffer begins with it in the midst of a history."""
    t = Trace()
    keyframe(t, 0, 0, SK, A)
    history(t, 0, 100, 2)
    held(t, 0, 100, 10, 1)
    tell(t, 0, 100, 99, 2, 1)
    held(t, 0, 100, 20, 2)
    cong(t, 0, 100)
    return t


def summary():
    t = conns()
    change(t, 1700, 8, 4)
    return t


def short():
    t = basic()
    tell(t, 1, 300, 300, 8, 4, short=8)
    return t


if __name__ == '__main__':
    write(sys.argv[2], globals()[sys.argv[1]]().capture())
