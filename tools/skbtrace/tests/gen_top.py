#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Recordings of a while, for top.sh: gen_top.py SCENARIO OUTPUT [N]"""

import struct
import sys

from gen import A, BASE, EVENTS, SYMS, T0, US, Trace, keyframe, layout, write

MS = 1000 * US
CWND, SWND, NAGLE, APP = 0, 1, 2, 9


def words():
    SYMS['retransmit'] = {0: 'fast', 1: 'loss', 2: 'syn'}
    EVENTS['tcp_retransmit'][2].append(('kind', 'u8', 'enum:retransmit',
                                        'brief'))
    EVENTS['tcp_retransmit'][2].append(('retransmits', 'u8', '-', 'brief'))
    SYMS['errno'] = {0: '-', 111: 'ECONNREFUSED'}
    EVENTS['tcp_active_conn'][2].append(('err', 'u16', 'enum:errno',
                                         'brief,set'))


def who(n):
    return dict(A, lport=n)


def limit(t, when, sk, reason, was, since):
    t.event('tcp_sendlimit', 0, when * MS, sk, reason=reason, was=was,
            for_us=(when - since) * 1000)


def nagle(t):
    """For eight seconds, and then nothing; from 25 on the window is shut"""
    keyframe(t, 0, 0, 1, who(1))
    for s in range(80):
        limit(t, 100 * s, 1, NAGLE, APP, 100 * s - 10)
        limit(t, 100 * s + 90, 1, APP, NAGLE, 100 * s)
        t.event('tcp_rttm', 0, (100 * s + 91) * MS, 1, rtt_us=40000 + s,
                srtt_us=40000, snd_una=BASE + 1000 * s)
    limit(t, 25000, 1, SWND, APP, 7990)


def blackout(t):
    """From 12 on nothing comes back, and less and less is tried"""
    keyframe(t, 1, 1 * MS, 2, who(2))
    limit(t, 11000, 2, CWND, APP, 1)
    for s in 0, 1, 3, 7, 15, 31:
        t.event('tcp_congestion', 1, (12000 + s * 400) * MS, 2, reason=1,
                rto_us=200000)
        t.event('tcp_retransmit', 1, (12000 + s * 400) * MS, 2, seq=BASE + 9,
                segs=1, kind=1, retransmits=(s + 1).bit_length() - 1)


def unanswered(t):
    keyframe(t, 0, 3000 * MS, 3, who(3), state=2)
    for s in 1, 3, 7, 15:
        t.event('tcp_retransmit', 0, (3000 + s * 1000) * MS, 3, seq=BASE,
                segs=1, kind=2)


def refused(t):
    keyframe(t, 1, 5000 * MS, 4, who(4), state=2)
    keyframe(t, 1, 5100 * MS, 4, who(4), end=1, err=111)


def story():
    words()
    t = Trace()
    t.meta.append(('events', 'tcp_rttm\ntcp_retransmit\nskb_drop\n'
                   'tcp_sendlimit\ntcp_congestion\n'))
    parts = []
    for part in nagle, blackout, unanswered, refused:
        part(Later(parts, t))
    for _, cpu, when, block in sorted(parts, key=lambda p: p[:1]):
        t.add_block(cpu, when, block)
    t.lost_block(1, 30000 * MS, 30001 * MS, {'tcp_rttm': 7})
    keyframe(t, 0, 40000 * MS, 9, who(9))
    return t


class Later:
    """Events in any order, of connections that know nothing of each other"""

    def __init__(self, parts, t):
        self.parts = parts
        self.t = t

    def event(self, kind, cpu, when, /, *args, **kw):
        self.parts.append((when, cpu, when,
                           self.t.block(kind, when, *args, **kw)))


def patched(t, kind, key, when, fields, **kw):
    """@kind at @when of @key, @kw of which are all the same: much faster"""
    at = (kind, *kw.items())
    if at not in patched.made:
        patched.made[at] = t.block(kind, 0, 1, **kw)
    b = bytearray(patched.made[at])
    b[8:24] = struct.pack('<QQ', T0 + when, key)
    for name, ftype, off in layout(EVENTS[kind][2])[0]:
        if name in fields:
            struct.pack_into({'u16': '<H', 'u32': '<I'}[ftype], b, off,
                             fields[name])
    t.add_block(0, when, bytes(b))


patched.made = {}


def crowd(n=10000, seconds=12):
    """@n connections, each of which does something each second"""
    t = Trace(size=131072, cpus=1)
    t.meta.append(('events', 'tcp_rttm\ntcp_sendlimit\ntcp_congestion\n'))
    for i in range(n):
        patched(t, 'tcp_active_conn', i + 1, i * 1000, {'lport': i % 60000 + 1},
                state=1, snd_base=BASE, min_rtt_us=0xffffffff,
                srtt_us=0xffffffff, **{k: v for k, v in A.items()
                                       if k != 'lport'})
    step = 500 * MS // n
    for s in range(seconds):
        for i in range(n):
            why = CWND, SWND, NAGLE, APP, APP, APP, APP, APP
            when = s * 1000 * MS + 100 * MS + i * step
            patched(t, 'tcp_sendlimit', i + 1, when, {},
                    reason=why[i % len(why)], was=APP, for_us=100000)
            patched(t, 'tcp_rttm', i + 1, when + step // 2,
                    {'rtt_us': 1000 + i, 'snd_una': BASE + 1000 * s + i},
                    srtt_us=1)
    return t


def churn(n=100000):
    """@n connections in ten seconds, none of which lasts"""
    t = Trace(size=131072, cpus=1)
    for i in range(n):
        for end in 0, 1:
            patched(t, 'tcp_active_conn', i + 1, (2 * i + end) * 50 * US,
                    {'lport': i % 60000 + 1}, end=end, state=7 if end else 1,
                    **{k: v for k, v in A.items() if k != 'lport'})
    return t


if __name__ == '__main__':
    write(sys.argv[2], globals()[sys.argv[1]](
        *(int(v) for v in sys.argv[3:])).capture())
