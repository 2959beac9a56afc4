#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Recordings of bytes on their way: gen_segment.py SCENARIO OUTPUT

Uses gen.py for the rest. The times here, in microseconds, determine the stages.
"""

import sys

from gen import EVENTS, PACKET, SYMS, TUPLE, Trace, write

US = 1000
WHERE = ['write', 'send', 'queue', 'dequeue', 'xmit', 'done', 'sacked',
         'acked', 'receive', 'ip', 'ofo', 'queued', 'read']
# not the kernel's numbers: the words count
NUMBER = {word: 20 + i for i, word in enumerate(WHERE)}
SYMS['where'] = {n: word for word, n in NUMBER.items()} | {99: 'elsewhere'}
SYMS['how'] = {0: '-', 1: 'first', 2: 'again'}
SYMS['waited'] = {0: '-', 2: 'cwnd', 4: 'nagle'}
EVENTS['tcp_segment'] = (
    111, 'module=tcp kind=packet role=event key=pkt state=exact '
    'stability=Evolving sets=- selector=where opts=skip:only', PACKET + [
        ('where', 'u8', 'enum:where', 'brief'),
        ('how', 'u8', 'enum:how', 'brief'),
        ('pad', 'u16', '-', '-'),
        ('seq', 'u32', 'dseq', 'brief'),
        ('len', 'u32', 'bytes', 'brief'),
        ('sk', 'u64', 'sk', 'brief'),
        ('ifindex', 's32', '-', '-'),
        ('waited', 'u8', 'enum:waited', 'brief'),
        ('every', 'u8', '-', '-'),
        ('pad2', 'u16', '-', '-')])
SYMS['op'] = {0: 'begin', 1: 'end'}
EVENTS['sk_sndbuf_wait'] = (
    112, 'module=tcp kind=conn role=event key=sk state=exact '
    'stability=Evolving sets=- selector=op opts=skip:only', TUPLE + [
        ('op', 'u8', 'enum:op', 'brief'),
        ('pad', 'u8', '-', '-'),
        ('pad2', 'u16', '-', '-'),
        ('waited_us', 'u32', 'us', 'brief,na')])
A = dict(local='10.0.1.1', peer='10.0.1.2', lport=40000, pport=80)
B = dict(local='10.0.1.2', peer='10.0.1.1', lport=80, pport=40000)
SOCKET = ('write', 'send', 'sacked', 'acked', 'ofo', 'queued', 'read')


class Segment(Trace):
    def __init__(self, every=0, **kw):
        self.every = every
        super().__init__(**kw)

    def at(self, us, where, seq, length, pkt=1, sk=7, waited=0, netns=1,
           every=None, number=None):
        received = where in WHERE and WHERE.index(where) >= 8
        self.event('tcp_segment', 0, int(us * US), pkt,
                   netns=0 if where == 'done' else netns,
                   **(B if received else A), proto=6, dir=1 if received else 2,
                   where=number or NUMBER[where], seq=seq % 2**32, len=length,
                   sk=sk if where in SOCKET else 0, waited=waited,
                   every=self.every if every is None else every)

    def sent(self, us, seq, length, steps, **kw):
        """{place: microseconds after us}"""
        for where, after in sorted(steps.items(), key=lambda s: s[1]):
            self.at(us + after, where, seq, length, **kw)


WAY = dict(write=0, send=10, queue=30, dequeue=60, xmit=100, done=150,
           acked=210)
IN = dict(receive=0, ip=1, queued=10, read=100)


def basic(seq=5000, every=0):
    """Two pieces each way; the second was held back."""
    t = Segment(every)
    t.sent(0, seq, 1000, WAY)
    t.sent(1000, seq + 1000, 1000, WAY | dict(send=20), waited=4)
    t.sent(2000, seq, 1000, IN, sk=8)
    t.sent(3000, seq + 1000, 1000, IN | dict(read=200), sk=8)
    return t


def wrap():
    """The sequence numbers begin anew in the middle of a piece."""
    return basic(2**32 - 1500)


def marks():
    """One write, segments and ACKs with other bounds: a piece for each mark."""
    t = Segment(12)
    t.at(0, 'write', 100, 10000)            # marks 4096, 8192
    t.sent(0, 100, 5000, dict(send=10, queue=20, xmit=30))
    t.sent(0, 5100, 5000, dict(send=40, queue=50, xmit=60), pkt=2)
    t.at(70, 'acked', 100, 4000)            # 4096 is among them
    t.at(90, 'acked', 4100, 6000)
    return t


def cut():
    """Writes, segments and ACKs that share no bound: pieces get smaller."""
    t = Segment()
    t.at(0, 'write', 0, 300)
    t.at(10, 'write', 300, 300)
    t.sent(20, 0, 400, dict(send=0, queue=1, xmit=2))
    t.sent(30, 400, 200, dict(send=0, queue=1, xmit=2), pkt=2)
    t.at(100, 'acked', 0, 200)
    t.at(120, 'acked', 200, 400)
    return t


def again():
    """Lost and sent again; sent again for nothing; a peer that has SACKed."""
    t = Segment()
    first = dict(send=10, queue=11, xmit=12)
    t.sent(0, 0, 100, dict(write=0) | first | dict(acked=112))  # RTT 102
    t.sent(1000, 100, 100, dict(write=0) | first)
    t.sent(1000, 200, 100, dict(write=0, send=20, queue=21, xmit=22,
                                sacked=130))
    t.sent(1500, 100, 100, dict(send=0, queue=1, xmit=2))
    t.at(1700, 'acked', 100, 200)
    t.sent(2000, 300, 100, dict(write=0) | first)
    t.sent(2400, 300, 100, dict(send=0, queue=1, xmit=2))
    t.at(2450, 'acked', 300, 100)       # sooner than any RTT
    t.sent(3000, 300, 100, dict(receive=0, ip=1, ofo=5), sk=8)
    t.sent(3100, 200, 100, dict(receive=0, ip=1, queued=5), sk=8)
    t.at(3106, 'queued', 300, 100, sk=8)
    t.at(3200, 'read', 200, 200, sk=8)
    t.sent(3300, 300, 100, dict(receive=0, ip=1), sk=8)     # again: nothing
    return t


def lost():
    """What is under way when events are lost is not measured."""
    t = Segment()
    t.sent(0, 0, 100, WAY)
    t.sent(1000, 100, 100, WAY)
    t.sent(900, 200, 100, dict(write=0))
    t.lost_block(0, 1300 * US, 1400 * US, {'tcp_segment': 3})
    t.sent(1500, 200, 100, dict(send=0, queue=1, xmit=2, acked=100))
    t.sent(2000, 300, 100, WAY)
    return t


def router():
    """The packets pass another namespace, too, and a bare one in the end."""
    t = Segment()
    t.sent(0, 0, 100, dict(write=0, send=10, queue=20, xmit=30, acked=100))
    t.sent(30, 0, 100, dict(receive=1, ip=2), netns=2)
    t.sent(30, 0, 100, dict(queue=3, dequeue=10, xmit=11, done=20), netns=2)
    return t


def reuse():
    """Two connections, one after the other, of the same ports."""
    t = Segment()
    t.sent(0, 2**31, 100, WAY)
    t.sent(1000, 1000, 100, WAY, sk=9)
    return t


def part():
    """As without the patches: nothing is known of the socket."""
    t = Segment()
    t.sent(0, 0, 100, dict(queue=0, dequeue=10, xmit=12, done=20))
    t.sent(50, 0, 100, dict(receive=0))
    return t


def strange():
    """Places that nobody knows, ranges that can't be, damage."""
    t = Segment()
    t.at(0, 'write', 0, 100, number=99)
    t.at(1, 'write', 0, 100, number=98)
    t.at(2, 'write', 0, 2**32 - 1)
    t.at(3, 'write', 0, 0)
    t.at(4, 'acked', 0, 2**31)
    t.at(5, 'write', 0, 2**32 - 1, every=31)
    t.at(6, 'send', 0, 100, every=32)
    t.at(7, 'done', 0, 100, pkt=77)
    t.at(8, 'read', 0, 100)
    t.at(9, 'write', 5, 100, waited=200)
    return t


def many():
    """More pieces than are kept of a direction, none acknowledged."""
    t = Segment()
    for i in range(20000):
        t.at(i, 'write', 2 * i, 1)
    return t


def host(second, t):
    """The recording of one of two hosts"""
    t.meta += [('boot_id', f'{second}\n')]
    t.meta[0] = ('hostname', f'host{second}\n')
    return t


# Two hosts: 1 ms there, 9 ms back; the second's clock is 2.5 s ahead and gains
# 50 us each second
def two(second, received=None, delay=0):
    t = host(second, Segment())
    received = bool(second) if received is None else received
    for i in range(200):
        us = 50000 * i + delay
        jitter = 300 * (i * 7 % 11)
        if not received:
            t.sent(us, 100 * i, 100, dict(
                write=0, send=10, queue=20, xmit=30,
                acked=30 + 1000 + jitter + 20 + 9000))
            continue
        us += 30 + 1000 + jitter
        t.sent(us * (1 + 50e-6) + 2500000, 100 * i + (20000 if delay else 0),
               100, dict(receive=0, ip=5, queued=20, read=100), sk=8)
    return t


def sndbuf():
    """A program that waits for space before it writes, twice."""
    t = basic()
    for us, waited in ((500, None), (900, 400), (1500, None), (2500, 1000)):
        t.event('sk_sndbuf_wait', 0, us * US, 7, op=0 if waited is None else 1,
                waited_us=2**32 - 1 if waited is None else waited)
    return t


def two_a():
    return two(0)


def two_b():
    return two(1)


def one_end():
    """The sender's end, as two_a, on another host."""
    return two(1, received=False)


def later():
    """The receiver's end, of another minute, when other bytes came."""
    return two(1, delay=60000000)


def elsewhere():
    """The receiver's end of another connection."""
    t = host(1, Segment())
    for i in range(200):
        t.sent(50000 * i + 2500000, 2**31 + 100 * i, 100,
               dict(receive=0, ip=5, queued=20, read=100), sk=8)
    return t


def no_bytes():
    """Nothing of bytes, on another host."""
    t = host(1, Segment())
    t.event('sk_sndbuf_wait', 0, 5000, 7, op=0, waited_us=2**32 - 1)
    return t


if __name__ == '__main__':
    write(sys.argv[2], globals()[sys.argv[1]]().capture())
