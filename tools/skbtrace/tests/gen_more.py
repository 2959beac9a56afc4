#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, for what is computed from a trace: gen_more.py SCENARIO OUTPUT"""

import sys

from gen import A, Trace, US, keyframe, write

MS = 1000 * US


# ---- stacks

def stacked(t, block, ids, depth=None):
    """@block with a stack; @depth may lie about it."""
    b = bytearray(block)
    b += t.pack('II', len(ids) if depth is None else depth, 0)
    for i in ids:
        b += t.pack('Q', i)
    b[0:2] = t.pack('H', len(b))
    b[5] |= 1
    return bytes(b)


SYMBOLS = ['tcp_rttm_probe+0x1a', '__traceiter_tcp_rttm+0x2',
           'tcp_ack+0x7bf', 'tcp_rcv_established+0x10',
           'emit+0x1 [skbtrace]', 'tcp_mtu_probe+0x5',
           'tcp_rttm_probe+0x1a [skbtrace_tcp]']


def stack(big=False):
    t = Trace(big)
    t.meta.append(('events', 'tcp_rttm,sample=2,stack\ntcp_congestion\n'))
    keyframe(t, 0, 0, 0x1003, A)
    for i, name in enumerate(SYMBOLS):
        t.event('symbol', 0, 1 + i, id=100 + i, name=name)

    def rttm(ms, ids, **kw):
        t.add_block(0, ms * MS, stacked(t, t.block(
            'tcp_rttm', ms * MS, 0x1003, rtt_us=ms, **kw), ids))
    rttm(1, [100, 101, 102, 103])           # ours, glue, theirs
    rttm(2, [104, 106, 101, 105, 102])  # modules; ..._probe may be theirs
    rttm(3, [102, 103, 102])                # none of ours: all is shown
    rttm(4, [102, 999, 0])                  # no name
    rttm(5, [100, 101])                     # nothing but ours
    rttm(6, [])
    rttm(7, [102] * 6 + [100, 103])         # ours is too far down
    rttm(8, [103] * 5 + [100] + [102] * 10, tgid=86)
    t.event('tcp_rttm', 0, 9 * MS, 0x1003, rtt_us=9)
    t.event('tcp_congestion', 0, 10 * MS, 0x1003, reason=2)
    # more than anybody records now
    rttm(11, [102] * 20)
    # an event that the format does not name: nobody looks at its stack
    t.add_block(0, 12 * MS, stacked(t, t.block(
        'tcp_rttm', 12 * MS, 0x1003, number=901), [1], depth=77))
    return t


def stack_big():
    return stack(True)


def bad_stack(ids, depth, cut=0):
    t = Trace(size=512)
    keyframe(t, 0, 0, 0x1003, A)
    b = stacked(t, t.block('tcp_rttm', MS, 0x1003, rtt_us=5), ids, depth)
    if cut:
        b = b[:-cut]
        b = t.pack('H', len(b)) + b[2:]
    t.add_block(0, MS, b)
    t.flush(0)
    t.event('tcp_rttm', 0, 2 * MS, 0x1003, rtt_us=1)
    return t


def stack_short():
    return bad_stack([], 0, cut=8)


def stack_deep():
    return bad_stack([1, 2], 3)


def stack_huge():
    return bad_stack([1, 2], 0xffffffff)


if __name__ == '__main__':
    write(sys.argv[2], globals()[sys.argv[1]]().capture())
