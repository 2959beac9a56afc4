#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Connects whose port only a later event has: gen_early.py SCENARIO OUTPUT

As the kernel writes them: a socket is named with port 0 before its SYN_SENT,
and with its port before the next event.
"""

import sys

from gen import A, B, EVENTS, TASK, Trace, US, V6, keyframe, write

MS = 1000 * US
EVENTS['tcp_connection'] = (
    102, 'module=tcp kind=conn role=event key=sk state=exact '
    'stability=Evolving sets=conn selector=state opts=skip:only', [
        ('old', 'u8', 'enum:tcp_state', 'brief'),
        ('state', 'u8', 'enum:tcp_state', 'brief')])
ESTABLISHED, SYN_SENT, CLOSE = 1, 2, 7


def connect(t, ms, sk, who, cpu=0, **kw):
    keyframe(t, cpu, ms * MS, sk, dict(who, lport=0, **kw), state=CLOSE,
             ctx=TASK)
    t.event('tcp_connection', cpu, ms * MS + 9000, sk, ctx=TASK, old=CLOSE,
            state=SYN_SENT)


def told(t, ms, sk, who, cpu=0, state=ESTABLISHED):
    keyframe(t, cpu, ms * MS, sk, who, state=SYN_SENT)
    t.event('tcp_connection', cpu, ms * MS + 9000, sk, old=SYN_SENT,
            state=state)


def end(t, ms, sk, who, cpu=0):
    keyframe(t, cpu, ms * MS, sk, who, end=1)


def rttm(t, ms, sk, cpu=0):
    t.event('tcp_rttm', cpu, ms * MS, sk, rtt_us=1000, srtt_us=1000)


def two(big=False):
    """At once, on two CPUs, beside one that is long open, and a loss."""
    t = Trace(big)
    keyframe(t, 0, 1 * MS, 3, dict(A, lport=3))
    connect(t, 10, 1, A)
    connect(t, 11, 2, B, cpu=1)
    rttm(t, 12, 3)
    connect(t, 13, 4, V6, cpu=1)
    told(t, 20, 2, B)
    t.lost_block(1, 21 * MS, 22 * MS, {'tcp_rttm': 5})
    told(t, 30, 1, A, cpu=1)
    rttm(t, 31, 2)
    told(t, 40, 4, V6)
    return t


def two_big():
    return two(True)


def never():
    """1 is never heard of again, 2 fails before it has a port, 3 is slow."""
    t = Trace()
    connect(t, 1, 1, dict(A, lport=1))
    connect(t, 2, 2, dict(A, lport=2))
    end(t, 3, 2, dict(A, lport=0))
    connect(t, 4, 3, dict(A, lport=3))
    told(t, 2005, 3, dict(A, lport=3))
    return t


def again():
    """One socket: no port, then two connections of different ports."""
    t = Trace()
    connect(t, 1, 1, A)
    end(t, 2, 1, dict(A, lport=0))
    connect(t, 3, 1, A)
    told(t, 4, 1, dict(A, lport=5001))
    end(t, 5, 1, dict(A, lport=5001))
    connect(t, 6, 1, A)
    connect(t, 7, 1, A)
    told(t, 8, 1, dict(A, lport=5002), state=CLOSE)
    return t


def other():
    """The port of a connection to another peer, or from elsewhere, is not its."""
    t = Trace()
    connect(t, 1, 1, A)
    told(t, 2, 1, dict(A, peer='10.0.2.3'))
    connect(t, 3, 2, A)
    connect(t, 4, 2, dict(A, pport=80))
    told(t, 5, 2, dict(A, pport=80, lport=6000))
    connect(t, 6, 3, A)
    told(t, 7, 3, dict(A, local='10.0.2.9'))
    # its own address was not chosen either
    connect(t, 8, 4, A, local='::')
    told(t, 9, 4, A)
    return t


def busy(n=30000):
    """More events than are kept, before the port is told."""
    t = Trace(size=131072)
    connect(t, 1, 1, A)
    for i in range(n):
        t.event('tcp_rttm', i % 2, 2 * MS + i * 1000, 9, rtt_us=i)
    told(t, 900, 1, A)
    return t


def crowd(n=60000):
    """Names without a port, all of one socket or all of others; no port comes."""
    t = Trace(size=131072)
    for i in range(n):
        keyframe(t, 0, i * 1000, 1 + (i > n / 2) * i, dict(A, lport=0))
    return t


def pipe(t, *complete):
    """With marks, as record writes a pipe: all is complete up to then."""
    t.flush_all()
    out = [t.preamble()]
    out += [t.chunk(3, data, cpu) for cpu, data, _ in t.subbufs]
    out += [t.mark(cpu, ms * MS) for ms in complete for cpu in range(t.cpus)]
    return b''.join(out)


def pipe_two():
    t = two()
    return pipe(t, 100) + t.end()


def pipe_open():
    """Nothing more comes, and it does not end."""
    t = Trace()
    connect(t, 1, 1, A)
    rttm(t, 2, 9)
    return pipe(t, 100)


if __name__ == '__main__':
    made = globals()[sys.argv[1]]()
    write(sys.argv[2], made if isinstance(made, bytes) else made.capture())
