#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Captures for summary.sh: gen_summary.py SCENARIO OUTPUT"""

import struct
import sys

from gen import (A, B, BASE, EVENTS, REAL0, T0, TASK, US, Trace, keyframe,
                 layout, write)


def window():
    """One connection in five seconds, and one that idles beside it."""
    EVENTS['tcp_active_conn'][2].append(('snd_una', 'u32', 'sseq', '-'))
    t = Trace()
    ms = 1000 * US
    t.meta.append(('events', 'tcp_rttm\ntcp_retransmit\nskb_drop\n'
                   'tcp_sendlimit\n'))
    keyframe(t, 0, 0, 1, dict(A, lport=0), state=2, ctx=TASK)
    keyframe(t, 0, 100 * ms, 2, B)
    t.event('tcp_retransmit', 0, 500 * ms, 1, seq=BASE, segs=3)
    keyframe(t, 0, 1000 * ms, 1, A)
    t.event('tcp_sendlimit', 0, 1000 * ms, 1, reason=0, was=9, for_us=0)
    for i in range(4):
        if i == 3:
            t.event('tcp_retransmit', 0, 3700 * ms, 1, seq=BASE, segs=4)
        t.event('tcp_rttm', 0, (1500 + 1000 * i) * ms, 1,
                rtt_us=40000 + i * 1000, srtt_us=1,
                snd_una=BASE + 1 + i * 1000)
    t.event('skb_drop', 1, 3600 * ms, 9, **A, proto=6, dir=2, sk=1, reason=58,
            segs=2, seq=BASE, len=60)
    t.event('tcp_sendlimit', 0, 4800 * ms, 1, reason=9, was=1, for_us=1800000)
    keyframe(t, 0, 5000 * ms, 1, A, end=1, bytes_sent=13000, bytes_retrans=9000,
             bytes_acked=4002, snd_una=BASE + 4002, total_retrans=7, min_rtt_us=39000,
             srtt_us=41000, busy_us=3800000)
    return t


def crowd(n=600000):
    """More connections than fit a summary; the last but one is in trouble."""
    t = Trace(size=131072)
    def block(again):
        return bytearray(t.block('tcp_active_conn', 0, 1, end=1, state=7,
                                 total_retrans=again, **A))
    b = block(0)
    lport = [off for name, _, off in layout(EVENTS['tcp_active_conn'][2])[0]
             if name == 'lport'][0]
    for i in range(1, n + 1):
        if i >= n - 1:
            b = block(5 if i == n - 1 else 0)
        b[8:24] = struct.pack('<QQ', T0 + i * 1000, i)
        b[lport:lport + 2] = struct.pack('<H', i & 0x7fff | 1)
        t.add_block(0, i * 1000, bytes(b))
    return t


def same_host(boot=None, later=0):
    """For two recordings: may they be of one machine?"""
    t = Trace()
    real = REAL0 + later
    t.meta[3] = ('start', f'mono_ns {T0} real_ns {real}\n')
    t.meta[4] = ('clock', f'mono_ns {T0} real_ns {real}\n')
    if boot:
        t.meta.append(('boot_id', boot + '\n'))
    keyframe(t, 0, 0, 0x1003, A)
    t.event('tcp_retransmit', 0, 1000 * US, 0x1003, seq=BASE, segs=1)
    return t


def boot_a():
    return same_host('aaaa')


def boot_a_later():
    return same_host('aaaa', 60 * 10**9)


def boot_b():
    return same_host('bbbb', 1000)


def boot_other():
    t = same_host()
    t.meta[0] = ('hostname', 'other\n')
    return t


def boot_old():
    return same_host()


def hostile():
    """Cookies that fall together in a table with a known hash."""
    t = Trace(size=131072)
    inverse = pow(0x9e3779b97f4a7c15, -1, 1 << 64)
    for i in range(60000):
        keyframe(t, 0, i * 1000, i * inverse % (1 << 64) or 1, A)
    return t


if __name__ == '__main__':
    write(sys.argv[2], globals()[sys.argv[1]]().capture())
