#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""As gen.py, for what is computed from a trace: gen_more.py SCENARIO OUTPUT"""

import sys

from gen import (A, B, EVENTS, PACKET, SYMS, T0, Trace, US, add_turns,
                 keyframe, write)

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


# ---- what held a connection back

LIMITS = ['-', 'app', 'cwnd', 'swnd', 'nagle', 'tso', 'frag', 'tsq', 'pacing',
          'pushone', 'sndbuf', 'other', 'end']
CONG = ['cwr', 'loss', 'fastrtx', 'frto', 'frto-loss', 'leave', 'undo']
STATES = ['open', 'disorder', 'cwr', 'recovery', 'loss']
NA = 0xffffffff


class Held(Trace):
    """One connection, sk=1, from 0 on, with the words of the kernel."""

    def __init__(self, events):
        SYMS['limit'] = dict(enumerate(LIMITS))
        SYMS['cong'] = dict(enumerate(CONG))
        SYMS['ca_state'] = dict(enumerate(STATES))
        limit = EVENTS['tcp_sendlimit'][2]
        limit[3] = ('for_us', 'u32', 'us', 'brief,na')
        EVENTS['tcp_ca_state'] = (
            111, EVENTS['tcp_rttm'][1], [
                ('old', 'u8', 'enum:ca_state', 'brief'),
                ('state', 'u8', 'enum:ca_state', 'brief')])
        super().__init__()
        if events:
            self.meta.append(('events', events))
        keyframe(self, 0, 0, 1, A)

    def limit(self, ms, reason, was='-', for_ms=None):
        word = {w: i for i, w in enumerate(LIMITS)}
        self.event('tcp_sendlimit', 0, ms * MS, 1,
                   reason=word.get(reason, reason), was=word[was],
                   for_us=NA if for_ms is None else for_ms * 1000)

    def cong(self, ms, reason):
        self.event('tcp_congestion', 0, ms * MS, 1,
                   reason=CONG.index(reason))

    def state(self, ms, old, new):
        self.event('tcp_ca_state', 0, ms * MS, 1, old=STATES.index(old),
                   state=STATES.index(new))

    def answered(self):
        self.event('tcp_turn', 0, 800 * MS, 1, now=2, was=1, gap_us=700000,
                   min_rtt_us=20000)
        return self.close(1000)

    def close(self, ms, **kw):
        keyframe(self, 0, ms * MS, 1, A, end=1, **kw)
        return self

    def until(self, ms):
        self.last = T0 + ms * MS - 1000  # end() adds a microsecond
        return self


def held_runs():
    """app 10 %, cwnd 40 %, swnd 50 % of a second"""
    t = Held('tcp_sendlimit\n')
    t.limit(100, 'cwnd')
    t.limit(500, 'swnd', 'cwnd', 400)
    t.limit(1000, 'end', 'swnd', 500)
    return t.close(1000)


def held_was():
    """Before the first event: its was and for tell; the rest is app."""
    t = Held('tcp_sendlimit\n')
    t.limit(400, 'swnd', 'nagle', 300)
    return t.close(1000)


def held_skip():
    """With skip=app its end is seen, its beginning is not."""
    t = Held('tcp_sendlimit,skip=app\n')
    t.limit(100, 'cwnd', 'app', 100)
    t.limit(500, 'cwnd', 'app', 250)
    t.limit(1000, 'end', 'app', 100)
    return t.close(1000)


def held_loss():
    """cwnd 10 + 30, loss 30, swnd 30"""
    t = Held('tcp_sendlimit\ntcp_congestion\n')
    t.limit(0, 'cwnd')
    t.cong(100, 'fastrtx')
    t.cong(150, 'frto')
    t.cong(180, 'frto-loss')
    t.limit(200, 'swnd', 'cwnd', 200)
    t.cong(400, 'leave')
    t.cong(410, 'cwr')
    t.cong(450, 'leave')
    t.limit(700, 'cwnd', 'swnd', 500)
    return t.close(1000)


def held_asked():
    add_turns()
    t = Held('tcp_sendlimit\ntcp_congestion\ntcp_turn\n')
    t.limit(0, 'app')
    t.cong(150, 'frto')
    t.cong(400, 'frto')
    return t


def probed(*cong):
    """Asked at 100, again by a probe at 320, then @cong, answered at 350"""
    add_turns()
    SYMS['retransmit_kind'] = {0: 'fast', 1: 'loss', 2: 'tlp'}
    EVENTS['tcp_retransmit'][2].extend([
        ('kind', 'u8', 'enum:retransmit_kind', 'brief'),
        ('rto_us', 'u32', 'us', 'brief')])
    t = Held('tcp_sendlimit\ntcp_congestion\ntcp_turn\ntcp_retransmit\n')
    t.limit(0, 'app')
    t.event('tcp_turn', 0, 100 * MS, 1, now=1, was=2, gap_us=0)
    t.event('tcp_retransmit', 0, 320 * MS, 1, seq=1, segs=1, kind=2,
            rto_us=220000)
    for ms, reason in cong:
        t.cong(ms, reason)
    t.event('tcp_turn', 0, 350 * MS, 1, now=2, was=1, gap_us=250000,
            min_rtt_us=20000)
    return t


def held_probe():
    """It was needed, as the next ACK shows: that reduces the window"""
    t = probed()
    t.cong(500, 'cwr')
    t.cong(500, 'leave')
    return t.close(1000)


def held_probe_now():
    """The same before there is an answer"""
    return probed((340, 'cwr'), (340, 'leave')).close(1000)


def held_probe_vain():
    """The answer was lost: no ACK shows that the question was"""
    return probed().close(1000)


def held_probe_loss():
    """The probe was lost, too"""
    t = probed((345, 'fastrtx'))
    t.cong(355, 'leave')
    return t.close(1000)


def held_loss_answer():
    """Asked at 100, lost from 150 to 780, answered at 800"""
    t = held_asked()
    t.cong(780, 'leave')
    return t.answered()


def held_loss_asking():
    """The same; the recovery does not end"""
    return held_asked().answered()


def held_loss_open_end():
    """No leave: until the end."""
    t = Held('tcp_sendlimit\ntcp_congestion\n')
    t.limit(0, 'cwnd')
    t.cong(250, 'loss')
    return t.close(1000)


def held_small(limits=True):
    """Window of 20, 100 ms of repair, 5 to 25 in 400 ms: 300 are due to it.

    Then a timeout of 50 ms, which is undone."""
    EVENTS['tcp_congestion'][2].append(('prior_cwnd', 'u32', 'segs', '-'))
    for event in ('tcp_congestion', 'tcp_sendlimit'):
        EVENTS[event][2].append(('snd_cwnd', 'u32', 'segs', '-'))
    word = {w: i for i, w in enumerate(CONG)}
    t = Held('tcp_sendlimit\ntcp_congestion\n' if limits else
             'tcp_congestion\n')

    def limit(ms, reason, cwnd):
        if limits:
            t.event('tcp_sendlimit', 0, ms * MS, 1, for_us=NA,
                    reason=LIMITS.index(reason), snd_cwnd=cwnd)

    limit(0, 'cwnd', 20)
    t.event('tcp_congestion', 0, 100 * MS, 1, reason=word['fastrtx'],
            prior_cwnd=20, snd_cwnd=20)
    t.event('tcp_congestion', 0, 200 * MS, 1, reason=word['leave'],
            prior_cwnd=20, snd_cwnd=5)
    limit(600, 'app', 25)
    limit(800, 'cwnd', 25)
    t.event('tcp_congestion', 0, 850 * MS, 1, reason=word['frto'],
            prior_cwnd=25, snd_cwnd=1, rto_us=50000)
    t.event('tcp_congestion', 0, 900 * MS, 1, reason=word['undo'],
            prior_cwnd=25, snd_cwnd=25)
    t.event('tcp_congestion', 0, 900 * MS, 1, reason=word['leave'],
            prior_cwnd=25, snd_cwnd=25)
    return t.close(1000, busy_us=900000)


def held_small_kernel():
    """No tcp_sendlimit: it grows up to the timeout, so 450 are small."""
    return held_small(False)


def held_ca(opts=',sample=3,skip=disorder'):
    """The same from tcp_ca_state, as a set records it."""
    t = Held(f'tcp_sendlimit\ntcp_ca_state{opts}\n')
    t.limit(0, 'cwnd')
    t.state(100, 'open', 'disorder')
    t.state(200, 'disorder', 'recovery')
    t.state(300, 'recovery', 'loss')
    t.state(500, 'loss', 'open')
    t.state(600, 'open', 'cwr')
    return t.close(1000)


def held_ca_only():
    """only=recovery:loss: nobody knows when it ended."""
    t = Held('tcp_sendlimit\ntcp_ca_state,only=recovery:loss\n')
    t.limit(0, 'cwnd')
    t.state(200, 'disorder', 'recovery')
    return t.close(1000)


def held_ca_skip():
    return held_ca(',skip=disorder:open')


def held_both():
    """tcp_congestion was recorded: tcp_ca_state is not asked."""
    t = Held('tcp_sendlimit\ntcp_congestion\ntcp_ca_state\n')
    t.limit(0, 'cwnd')
    t.state(200, 'open', 'recovery')
    t.cong(600, 'fastrtx')
    t.cong(700, 'leave')
    t.state(900, 'recovery', 'open')
    return t.close(1000)


def held_kernel():
    """No tcp_sendlimit: the kernel's counters, loss out of cwnd."""
    t = Held('tcp_congestion\n')
    t.cong(100, 'fastrtx')
    t.cong(300, 'leave')
    return t.close(1000, busy_us=900000, rwnd_limited_us=300000)


def held_kernel_all():
    """More loss than the kernel says busy."""
    t = Held('tcp_congestion\n')
    t.cong(100, 'loss')
    return t.close(1000, busy_us=400000, rwnd_limited_us=300000)


def held_open():
    """Still open when the trace ends: swnd 97 %"""
    t = Held('tcp_sendlimit\n')
    t.limit(30, 'swnd', 'app', 30)
    return t.until(1000)


def held_open_unknown():
    t = Held('tcp_congestion\n')
    return t.until(1000)


def held_words():
    """Words that nobody knows yet, and values without a word."""
    LIMITS[4] = 'moonlight'
    t = Held('tcp_sendlimit\n')
    t.limit(0, 'moonlight')
    t.limit(400, 77, 'moonlight', 400)
    t.limit(700, 78, '-')
    t.limit(800, '-', '-')
    return t.close(1000)


def held_many():
    """More reasons than a row tells apart."""
    t = Held('tcp_sendlimit\n')
    for i in range(100):
        t.limit(i * 10, 20 + i)
    return t.close(1000)


def held_late():
    """The last run is told a moment after the last keyframe."""
    t = Held('tcp_sendlimit,skip=app\n')
    t.limit(0, 'cwnd')
    t.close(1000)
    t.limit(1001, 'end', 'app', 251)
    return t


def held_lost(kind='tcp_sendlimit'):
    t = held_runs()
    t.lost_block(1, 1200 * MS, 1201 * MS, {kind: 1})
    return t


def held_lost_loss():
    return held_lost('tcp_congestion')


def held_lost_other():
    return held_lost('tcp_rttm')


def held_lost_open():
    t = held_open()
    t.lost_block(1, 900 * MS, 901 * MS, {'tcp_sendlimit': 1})
    return t.until(1000)


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
