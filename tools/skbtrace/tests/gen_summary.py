#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Captures for summary.sh: gen_summary.py SCENARIO OUTPUT"""

import struct
import sys

from gen import (A, B, BASE, EVENTS, REAL0, SYMS, T0, TASK, US, Trace,
                 add_turns, keyframe, layout, write)


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


def crowd(n=530000):
    """More connections than fit a summary (1 << 19); the last but one is in trouble."""
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


def crowd100():
    """As many as a busy server has."""
    return crowd(100000)


def swapped(who):
    return dict(local=who['peer'], lport=who['pport'], peer=who['local'],
                pport=who['lport'])


def outcomes():
    """How connections end; drops that no socket is named with."""
    SYMS['dir'][3] = 'fwd'
    SYMS['cong'][6] = 'undo'
    SYMS['drop_reason'].update({60: 'TCP_OLD_DATA', 61: 'TCP_RESET'})
    SYMS['errno'] = {0: '-', 104: 'ECONNRESET', 110: 'ETIMEDOUT',
                     111: 'ECONNREFUSED', 71: 'EPROTO'}
    EVENTS['tcp_active_conn'][2].append(('err', 'u16', 'enum:errno',
                                         'brief,set'))
    t = Trace()
    ms = 1000 * US

    def drop(when, who, way, reason=58, sk=0, segs=1, seq=BASE + 100):
        t.event('skb_drop', 0, when * ms, 9, **who, proto=6, dir=way, sk=sk,
                reason=reason, segs=segs, seq=seq, len=60)
    # 1, 3, 4, 5 and 6: nothing but beginning and end
    for sk, err in ((1, 111), (3, 104), (4, 71), (5, 110)):
        keyframe(t, 0, sk * ms, sk, dict(A, lport=sk), state=2, ctx=TASK)
        keyframe(t, 0, 1000 * ms, sk, dict(A, lport=sk), end=1, err=err,
                 bytes_acked=sk > 3, busy_us=0)
    keyframe(t, 0, 6 * ms, 6, dict(A, lport=6), state=2)
    keyframe(t, 0, 506 * ms, 6, dict(A, lport=6), end=1)
    # 2: sent again in vain, then for a loss; its receiver had it already
    keyframe(t, 0, 100 * ms, 2, B)
    for again, end in ((3, 6), (2, 5)):
        t.event('tcp_congestion', 0, (200 + again) * ms, 2, reason=2)
        t.event('tcp_retransmit', 0, (201 + again) * ms, 2, seq=BASE,
                segs=again)
        t.event('tcp_congestion', 0, (250 + again) * ms, 2, reason=end)
    drop(300, swapped(B), 1, reason=60, sk=2, segs=7, seq=77 + 100)
    drop(301, swapped(B), 1, reason=61, sk=2, seq=77 + 100)
    # on a router, before its receiver's socket is known, of the other way, and
    # of nobody here
    drop(310, B, 3, segs=4)
    drop(311, swapped(B), 1, segs=8)
    drop(312, swapped(B), 3, segs=16, seq=77 + 9)
    drop(313, dict(B, lport=1), 3, segs=32, seq=12345)
    # an ICMP socket of the kernel
    drop(314, dict(B, lport=0, pport=0), 2, sk=50)
    # one that idles, and one that listens
    keyframe(t, 0, 400 * ms, 7, dict(A, lport=7))
    return t


def nat():
    """Drops on a router that changes addresses: behind it, and before it."""
    SYMS['dir'][3] = 'fwd'
    EVENTS['skb_drop'][2].extend([
        ('nat_local', 'addr', '-', 'brief,set'),
        ('nat_peer', 'addr', '-', 'brief,set'),
        ('nat_lport', 'u16', 'port', 'brief,set'),
        ('nat_pport', 'u16', 'port', 'brief,set'),
        ('spare2', 'u32', '-', '-')])
    t = Trace()
    ms = 1000 * US
    outside = dict(B, local='192.0.2.1', lport=61234)
    sent = dict(nat_local=B['local'], nat_lport=B['lport'],
                nat_peer=B['peer'], nat_pport=B['pport'])
    received = dict(nat_local=B['peer'], nat_lport=B['pport'],
                    nat_peer=B['local'], nat_pport=B['lport'])
    keyframe(t, 0, 100 * ms, 2, B)
    t.event('tcp_active_conn', 0, 101 * ms, 3, state=1, ca='cubic', snd_base=77,
            rcv_base=BASE, min_rtt_us=2**32 - 1, srtt_us=2**32 - 1,
            **swapped(outside))
    for i, (who, way, other, seq) in enumerate((
            (outside, 3, sent, BASE + 100),             # by the router
            (outside, 1, sent, 77 + 200),               # received there
            (swapped(outside), 3, received, 77 + 300),  # the other way
            (B, 3, {}, BASE + 400),                     # before NAT
            (dict(outside, lport=61235), 3, {}, 5))):   # nobody says whose
        t.event('skb_drop', 0, (300 + i) * ms, 9, **who, **other, proto=6,
                dir=way, reason=58, segs=1 << i, seq=seq, len=60)
    return t


def nat6():
    """The same with addresses of IPv6, and one that is IPv4 on the other side."""
    t = nat()
    inside = dict(local='2001:db8::1', peer='2001:db8:9::2', lport=35276,
                  pport=443)
    outside = dict(inside, local='2001:db8:7::1', lport=61234)
    other = dict(nat_local=inside['local'], nat_peer=inside['peer'],
                 nat_lport=35276, nat_pport=443)
    for i, (who, nat_of) in enumerate((
            (outside, other), (inside, {}),
            (outside, dict(other, nat_local='10.0.1.1')))):
        t.event('skb_drop', 0, (310 + i) * 1000 * US, 9, **who, **nat_of,
                proto=6, dir=3, reason=58, segs=1, seq=5, len=60)
    return t


def again_and_again():
    """One packet, of which a hundred decisions are told."""
    t = Trace()
    keyframe(t, 0, 100 * US, 2, B)
    for i in range(100):
        t.event('skb_drop', 0, (200 + i) * US, 9, **B, proto=6, dir=2, sk=2,
                reason=58, segs=1, seq=BASE + 1, len=60)
    return t


def at_once():
    """One that is well, and one that ends at the moment when it begins."""
    SYMS['errno'] = {0: '-', 111: 'ECONNREFUSED'}
    EVENTS['tcp_active_conn'][2].append(('err', 'u16', 'enum:errno',
                                         'brief,set'))
    t = Trace()
    for sk, end, err in ((1, 9000, 0), (2, 1000, 111)):
        keyframe(t, 0, 1000 * US, sk, dict(A, lport=sk), state=2, ctx=TASK)
        keyframe(t, 0, end * US, sk, dict(A, lport=sk), end=1, err=err,
                 bytes_acked=sk == 1, busy_us=0)
    return t


def turns():
    """One that asks five times, of which four are answered."""
    add_turns()
    t = Trace()
    ms = 1000 * US
    # 1 with the send limit, 2 without: of it the kernel counts the RTTs as busy
    for sk in 1, 2:
        keyframe(t, 0, sk * ms, sk, dict(A, lport=40000 + sk), busy_us=0)
    t.event('tcp_sendlimit', 0, 1 * ms, 1, reason=9, was=0, for_us=0)
    for i in range(4):
        for sk in 1, 2:
            at = (sk + 1000 * i) * ms
            t.event('tcp_turn', 0, at + 100 * ms, sk, now=1,
                    was=2 if i else 0, gap_us=100000,
                    min_rtt_us=40000 if i else 2**32 - 1)
            t.event('tcp_turn', 0, at + 600 * ms, sk, now=2, was=1,
                    gap_us=500000, min_rtt_us=40000)
    # held back by the window meanwhile: that counts
    t.event('tcp_sendlimit', 0, 3701 * ms, 1, reason=1, was=9, for_us=0)
    t.event('tcp_turn', 0, 3801 * ms, 1, now=2, was=1, gap_us=100000,
            min_rtt_us=40000)
    t.event('tcp_sendlimit', 0, 3801 * ms, 1, reason=9, was=1, for_us=100000)
    for sk in 1, 2:
        keyframe(t, 0, (4000 + sk) * ms, sk, dict(A, lport=40000 + sk), end=1,
                 busy_us=160000, rwnd_limited_us=0, sndbuf_limited_us=0)
    return t


def fleet():
    """A dozen to three servers, of two programs, with samples of the RTT."""
    SYMS['errno'] = {0: '-', 104: 'ECONNRESET', 111: 'ECONNREFUSED'}
    EVENTS['tcp_active_conn'][2].append(('err', 'u16', 'enum:errno',
                                         'brief,set'))
    add_turns()
    t = Trace()
    ms = 1000 * US
    t.meta.append(('events', 'tcp_rttm\ntcp_retransmit\nskb_drop\n'
                   'tcp_turn\n'))
    story = []          # told by connections, written in the order of time

    def at(when, kind, *args, **kw):
        story.append((when * ms, len(story), kind, args, kw))
    for tgid, comm in (100, 'nginx'), (200, 'app'), (300, 'app'):
        at(0, 'task', tgid=tgid, comm=comm)
    for i in range(12):
        sk = i + 1
        server = i % 3
        who = dict(local=f'10.0.0.{i % 2 + 1}', lport=40000 + i,
                   peer=f'10.1.0.{server}', pport=(443, 5432, 80)[server])
        if server == 2:
            who.update(local='2001:db8::1', peer='2001:db8::7')
        # of the last two nobody knows the program, nor the cgroup
        tgid = (100, 200, 300)[server] if i < 10 else 0
        netns = dict(netns=4026531840 + i % 2 * 160)
        conn = dict(who, cgroup=(0x1a, 0x2b)[i % 2] if i < 10 else 0,
                    snd_base=BASE, rcv_base=77, **netns)
        again = i if i % 5 == 1 else 0
        at(sk, 'tcp_active_conn', sk, ctx=TASK if tgid else 1, tgid=tgid,
           state=2, min_rtt_us=2**32 - 1, srtt_us=2**32 - 1, **conn)
        for k in range(20 * server):
            at(100 + i + 20 * k, 'tcp_rttm', sk, srtt_us=1,
               rtt_us=1000 * (i + 1) + 100 * k, **netns)
        for k in range(i % 4):
            at(120 + i + 100 * k, 'tcp_turn', sk, now=1, was=2 if k else 0,
               gap_us=3000 + k, min_rtt_us=1000, **netns)
            at(140 + i + 101 * k, 'tcp_turn', sk, now=2, was=1,
               gap_us=20000 + 1000 * k, min_rtt_us=1000, **netns)
        if again:
            at(600, 'tcp_retransmit', sk, seq=BASE, segs=again, **netns)
            at(601, 'skb_drop', 9, **who, proto=6, dir=2, sk=sk, reason=58,
               segs=2, seq=BASE, len=60)
        at(1100 + 10 * i, 'tcp_active_conn', sk, end=1, state=7,
           err={4: 111, 9: 104, 10: 104}.get(i, 0), bytes_sent=1000 * i,
           bytes_acked=1000 * i + (i != 4), total_retrans=again,
           busy_us=50000, min_rtt_us=900 + i, srtt_us=1000, **conn)
    for when, _, kind, args, kw in sorted(story, key=lambda e: e[:2]):
        t.event(kind, 0, when, *args, **kw)
    return t


def pulse():
    """One that connects, sends, loses, asks and waits; and one beside it."""
    add_turns()
    EVENTS['tcp_sendlimit'][2].extend([
        ('snd_cwnd', 'u32', 'segs', 'brief'),
        ('snd_ssthresh', 'u32', 'segs', 'inf'),
        ('inflight', 'u32', 'segs', 'brief'),
        ('snd_wnd', 'u32', 'bytes', 'brief'),
        ('snd_una', 'u32', 'sseq', '-'), ('snd_nxt', 'u32', 'sseq', '-')])
    EVENTS['tcp_active_conn'][2].append(('snd_una', 'u32', 'sseq', '-'))
    t = Trace()
    ms = 1000 * US
    t.meta.append(('events', 'tcp_rttm\ntcp_retransmit\nskb_drop\n'
                   'tcp_turn\ntcp_sendlimit\ntcp_congestion\n'))

    def limit(when, reason, was, for_us, una, nxt, cwnd, **kw):
        kw.setdefault('snd_ssthresh', 2**32 - 1)
        t.event('tcp_sendlimit', 0, when * ms, 1, reason=reason, was=was,
                for_us=for_us, snd_una=BASE + una, snd_nxt=BASE + nxt,
                snd_cwnd=cwnd, inflight=(nxt - una) // 1000, snd_wnd=65536,
                **kw)
    keyframe(t, 0, 50 * ms, 1, A, state=2, snd_una=BASE)
    keyframe(t, 0, 60 * ms, 2, B)
    limit(230, 9, 9, 0, 1, 1, 10)
    limit(250, 0, 9, 20000, 1, 10001, 10)
    t.event('tcp_rttm', 0, 290 * ms, 1, rtt_us=40000, srtt_us=40500,
            snd_una=BASE + 5001)
    limit(320, 0, 0, 0, 10001, 30001, 20)
    t.event('tcp_congestion', 0, 360 * ms, 1, reason=2, cwnd=10)
    t.event('tcp_retransmit', 0, 360 * ms, 1, seq=BASE + 10001, segs=2)
    t.event('skb_drop', 0, 361 * ms, 9, **A, proto=6, dir=2, sk=1, reason=58,
            segs=2, seq=BASE + 10001, len=2000)
    t.event('skb_drop', 0, 362 * ms, 9, **A, proto=6, dir=2, reason=58,
            segs=1, seq=BASE + 12001, len=1000)
    t.event('tcp_congestion', 0, 410 * ms, 1, reason=5, cwnd=10)
    limit(420, 9, 0, 10000, 30001, 30001, 10, snd_ssthresh=10)
    t.event('tcp_turn', 0, 430 * ms, 1, now=1, was=0, gap_us=0,
            min_rtt_us=40000)
    t.event('tcp_turn', 0, 780 * ms, 1, now=2, was=1, gap_us=340000,
            min_rtt_us=40000)
    keyframe(t, 0, 850 * ms, 1, A, end=1, bytes_sent=32000, bytes_retrans=2000,
             bytes_acked=30001, total_retrans=2, snd_una=BASE + 30001,
             srtt_us=41000)
    t.event('tcp_rttm', 0, 1200 * ms, 2, rtt_us=1, srtt_us=1)
    return t


def again():
    """A socket that connects three times and listens in the end; of the second
    connection the end is not told."""
    t = Trace()
    ms = 1000 * US
    t.meta.append(('events', 'tcp_rttm\n'))
    for i in range(3):
        who = dict(A, pport=443 + i // 2, lport=37846 + i)
        keyframe(t, 0, 1000 * i * ms, 1, dict(who, lport=0), state=7, ctx=TASK)
        keyframe(t, 0, (1000 * i + 1) * ms, 1, who)
        t.event('tcp_rttm', 0, (1000 * i + 2) * ms, 1, rtt_us=1000 * (i + 1),
                srtt_us=1)
        if i != 1:
            keyframe(t, 0, (1000 * i + 300) * ms, 1, who, end=1,
                     bytes_acked=100 * (i + 1), srtt_us=1)
    keyframe(t, 0, 3000 * ms, 1, dict(A, peer='::', pport=0, lport=80))
    t.event('tcp_rttm', 0, 3001 * ms, 1, rtt_us=9000, srtt_us=1)
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
