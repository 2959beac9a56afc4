#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, for what is computed from a trace: gen_more.py SCENARIO OUTPUT"""

import sys

from gen import A, B, EVENTS, PACKET, SYMS, Trace, US, keyframe, write

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


def shortened(t, b, cut):
    """The block without its last bytes, and a sub-buffer that is as it should be"""
    if cut:
        b = b[:-cut]
        b = t.pack('H', len(b)) + b[2:]
    t.add_block(0, MS, b)
    t.flush(0)
    t.event('tcp_rttm', 0, 2 * MS, 0x1003, rtt_us=1)
    return t


def bad_stack(ids, depth, cut=0):
    t = Trace(size=512)
    keyframe(t, 0, 0, 0x1003, A)
    b = stacked(t, t.block('tcp_rttm', MS, 0x1003, rtt_us=5), ids, depth)
    return shortened(t, b, cut)


def stack_short():
    return bad_stack([], 0, cut=8)


def stack_deep():
    return bad_stack([1, 2], 3)


def stack_huge():
    return bad_stack([1, 2], 0xffffffff)


# ---- the first bytes of packets

PAYLOAD = 0x40


def with_payload(t, block, data, of=None, n=None):
    """@block with the first bytes of a packet; @n may lie about how many."""
    b = bytearray(block)
    b += t.pack('II', len(data) if n is None else n,
                len(data) if of is None else of)
    b += data + bytes(-len(data) % 8)
    b[0:2] = t.pack('H', len(b))
    b[5] |= PAYLOAD
    return bytes(b)


IP = bytes.fromhex('45000030000140004011000c0a0002010a000202'
                   '1388000900 1c0000'.replace(' ', '')) + bytes(range(20))


def payload(big=False):
    t = Trace(big)
    t.meta.append(('events', 'skb_drop,payload=48\ntcp_rttm\n'))
    t.event('symbol', 0, 1, id=102, name='tcp_ack+0x7bf')

    def drop(ms, **kw):
        return t.block('skb_drop', ms * MS, 0x77, local=A['local'],
                       peer=A['peer'], lport=9, pport=5000, proto=17,
                       reason=2, segs=1, len=20, **kw)
    t.add_block(0, 1 * MS, with_payload(t, drop(1, dir=1), IP))
    t.add_block(0, 2 * MS, with_payload(t, drop(2, dir=2), IP[:33], 1500))
    t.add_block(0, 3 * MS, with_payload(t, drop(3, dir=0), IP[:1], 48))
    t.add_block(0, 4 * MS, drop(4))         # no IP header: none
    t.add_block(0, 5 * MS, with_payload(t, stacked(t, drop(5), [102]), IP))
    t.event('tcp_rttm', 0, 6 * MS, 0x1003, rtt_us=6)
    # an event that the format does not name: nobody looks at its bytes
    t.add_block(0, 7 * MS, with_payload(t, t.block(
        'tcp_rttm', 7 * MS, 0x1003, number=901), IP, n=7777))
    return t


def payload_big():
    return payload(True)


def bad_payload(n, cut=0):
    t = Trace(size=512)
    b = with_payload(t, t.block('skb_drop', MS, 0x77, reason=2), IP, n=n)
    return shortened(t, b, cut)


def payload_short():
    return bad_payload(48, cut=56)


def payload_long():
    return bad_payload(49)


def payload_huge():
    return bad_payload(0xffffffff)


# ---- a recording that was cut

OMITTED, CONTEXT = 0xfffc, 0x20


def omit(t, cpu, ms, n):
    """@n events are left out here."""
    t.add_block(cpu, ms * MS, t.pack('HHBBHQQII', 32, OMITTED, 0, 0, 0, 0, n,
                                     0, 0), events=0, seqs=n)


def excerpt(big=False):
    """Of a long connection what happened from 5.0 to 5.1 s, and its name."""
    t = Trace(big)
    b = bytearray(t.block('tcp_active_conn', 100 * MS, 0x1003, **A, ca='cubic',
                          state=1, snd_base=834104033, total_retrans=50,
                          min_rtt_us=0xffffffff, srtt_us=0xffffffff))
    b[5] |= CONTEXT
    omit(t, 0, 90, 6)
    t.add_block(0, 100 * MS, bytes(b))
    omit(t, 0, 100, 700)
    t.event('tcp_rttm', 0, 5000 * MS, 0x1003, rtt_us=1)
    t.flush(0)
    omit(t, 0, 5001, 10)
    t.event('tcp_retransmit', 0, 5002 * MS, 0x1003, segs=3, seq=834104033)
    t.event('tcp_rttm', 0, 5100 * MS, 0x1003, rtt_us=2)
    omit(t, 0, 5101, 1)
    return t


def excerpt_big():
    return excerpt(True)


# ---- the way of packets

PLACES = ['-', 'ip_send', 'ip_forward', 'net_dev_queue', 'qdisc_dequeue',
          'start_xmit', 'netif_rx', 'netif_receive_skb', 'ip_receive',
          'sk_queue', 'sk_coalesce', 'copy', 'consume', 'drop']
TX = {1, 2, 3, 4, 5}
LIFE = {1: 1, 6: 2, 10: 3, 11: 3, 12: 3, 13: 3, 201: 3}


class Delay(Trace):
    def __init__(self, **kw):
        SYMS['skb_where'] = dict(enumerate(PLACES))
        SYMS['skb_life'] = dict(enumerate(['on', 'begin', 'enter', 'end']))
        EVENTS['skb_delay'] = (
            3, EVENTS['skb_drop'][1], PACKET + [
                ('where', 'u8', 'enum:skb_where', 'brief'),
                ('life', 'u8', 'enum:skb_life', 'brief'),
                ('sk', 'u64', 'sk', 'brief'),
                ('len', 'u32', 'bytes', 'brief'),
                ('seq', 'u32', 'dseq', 'brief')])
        super().__init__(**kw)

    def at(self, us, pkt, where, cpu=0, sk=0, who=A):
        """@pkt is at @where (a name) @us microseconds after the start."""
        n = PLACES.index(where) if where in PLACES else int(where)
        self.event('skb_delay', cpu, int(us * US), pkt, **who, proto=6,
                   dir=2 if n in TX else 0 if n > 11 else 1, where=n,
                   life=LIFE.get(n, 0), sk=sk)

    def way(self, us, pkt, *steps, **kw):
        """A place and the time to the next one, and so on."""
        for i, step in enumerate(steps):
            if i % 2:
                us += step
            else:
                self.at(us, pkt, step, **kw)


SEND = ('ip_send', 1, 'net_dev_queue', 10.5, 'qdisc_dequeue', 0.5,
        'start_xmit')


def delay_send():
    """100 packets, the i-th waits i us in the qdisc; then freed."""
    t = Delay()
    for i in range(1, 101):
        t.way(i * 1000, 0x500, 'ip_send', 1, 'net_dev_queue', i,
              'qdisc_dequeue', 0.5, 'start_xmit', 2, 'consume', sk=7)
    return t


def delay_receive():
    t = Delay()
    t.way(0, 1, 'netif_rx', 1, 'netif_receive_skb', 2, 'ip_receive', 3,
          'sk_queue', 100, 'copy')
    t.way(200, 1, 'netif_rx', 1, 'netif_receive_skb', 2, 'ip_receive', 3,
          'sk_coalesce')
    t.way(300, 1, 'netif_receive_skb')      # no begin: incomplete
    t.way(400, 2, 'netif_rx', 5, 'drop')
    return t


def delay_lo():
    """The loopback device hands the same packet back."""
    t = Delay()
    t.way(0, 1, *SEND, 1, 'netif_rx', 1, 'netif_receive_skb', 1,
          'ip_receive', 1, 'sk_queue', 50, 'copy')
    # in pieces, and freed behind it: ignored
    t.way(100, 1, 'copy', 1, 'copy', 1, 'consume')
    # received, then again: a driver uses its memory anew
    t.way(200, 2, 'netif_rx', 1, 'netif_receive_skb')
    t.way(300, 2, 'netif_rx', 1, 'netif_receive_skb', 7, 'drop')
    return t


def delay_forward():
    """where goes back, but so does dir change"""
    t = Delay()
    t.way(0, 1, 'netif_rx', 1, 'netif_receive_skb', 2, 'ip_forward', 4,
          'net_dev_queue', 8, 'start_xmit', 16, 'consume')
    return t


def delay_gaps():
    t = Delay()
    t.way(0, 1, 'ip_send', 1, 'net_dev_queue')
    t.way(10, 1, 'ip_send', 1, 'net_dev_queue', 1, 'consume')   # 1 + whole
    t.way(20, 2, 'ip_send', 1, 'start_xmit', 1, 'net_dev_queue', 1,
          'consume')                        # a step back: two incomplete
    t.way(30, 3, 'net_dev_queue', 1, 'start_xmit', 1, 'consume')
    t.way(40, 4, 'consume')                 # ignored
    t.way(50, 5, 'ip_send', 1, 'net_dev_queue')         # still open
    t.way(60, 6, 'net_dev_queue')           # never seen whole
    t.way(70, 7, 'ip_send', 1, 'drop', 1, 'drop')
    return t


def delay_lost(kind='skb_delay'):
    t = Delay()
    t.way(0, 1, 'ip_send', 1, 'consume')            # over before
    t.way(10, 2, 'ip_send', 30, 'consume', cpu=1)   # under way
    t.way(12, 3, 'ip_send', cpu=3)                  # never seen again
    t.lost_block(0, 20 * US, 30 * US, {kind: 3})
    t.way(25, 4, 'ip_send', 1, 'consume', cpu=2)    # within
    t.way(50, 5, 'ip_send', 1, 'consume')           # after
    t.way(60, 6, 'ip_send')
    return t


def delay_lost_other():
    return delay_lost('tcp_rttm')


def delay_lost_unknown():
    return delay_lost('4711')


def delay_conns():
    """Two connections; sk is told late on the way in."""
    t = Delay()
    keyframe(t, 0, 0, 7, A)
    for i in range(3):
        us = 100 * i
        t.way(us, 1, 'netif_rx', 1, 'ip_receive')
        t.way(us + 2, 1, 'sk_queue', 1, 'copy', sk=7)
        t.way(us, 2, 'netif_rx', 1, 'ip_receive', who=B, cpu=1)
        t.way(us + 2, 2, 'sk_queue', 9, 'copy', sk=8, who=B, cpu=1)
    return t


def delay_strange():
    """Places without a word, too many of them, a clock that goes back."""
    t = Delay()
    t.way(0, 1, 'ip_send', 5, '200', 1, '201')
    t.way(100, 2, 'ip_send', 1, 'consume')
    for i in range(20):
        t.at(200 + i, 3, ('ip_receive', 'net_dev_queue')[i % 2])
    t.way(300, 3, 'consume')
    t.at(400, 4, 'ip_send')
    t.at(399, 4, 'consume')                 # another CPU's would be sorted
    return t


if __name__ == '__main__':
    write(sys.argv[2], globals()[sys.argv[1]]().capture())
