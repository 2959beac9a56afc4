#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Recordings for d.sh, with known answers: gen_d.py OUTPUT N|members|simultaneous|format|EVENT...

N: as many segments that are sent; members: an event of each kind with a value in
each field; simultaneous: a connection that both ends open; EVENT...: the opening
of a connection, in these events; format: the control file of a kernel that infers
tcp_send and has no tcp_receive.
"""

import sys

from gen import (EVENTS, SYMS, TUPLE, Trace, cycle, format_text, keyframe,
                 write)

PEERS = 1000
HEAD = TUPLE + [('proto', 'u8', 'enum:ipproto', '-'),
                ('dir', 'u8', 'enum:dir', 'brief')]
UDP = HEAD + [
    ('checksum', 'u16', 'hex', '-'),
    ('sk', 'u64', 'sk', 'brief'),
    ('len', 'u32', 'bytes', 'brief'),
    ('segs', 'u32', 'segs', 'brief'),
    ('queued', 'u32', 'bytes', 'brief'),
    ('buf', 'u32', 'bytes', '-')]
VARS = [
    ('snd_wscale', 'u8', '-', 'na'),
    ('rcv_wscale', 'u8', '-', 'na'),
    ('spare', 'u8', '-', '-'),
    ('snd_una', 'u32', 'sseq', '-'),
    ('snd_nxt', 'u32', 'sseq', '-'),
    ('rcv_nxt', 'u32', 'rseq', '-'),
    ('snd_wnd', 'u32', 'bytes', 'na'),
    ('rcv_wnd', 'u32', 'bytes', 'na'),
    ('snd_cwnd', 'u32', 'segs', 'na'),
    ('snd_ssthresh', 'u32', 'segs', 'inf'),
    ('mss', 'u32', 'bytes', 'na'),
    ('rto_us', 'u32', 'us', 'na,whole'),
    ('srtt_us', 'u32', 'us', 'na'),
    ('mdev_us', 'u32', 'us', 'na')]
SEGMENT = HEAD + [
    ('flags', 'u16', 'flags:tcp_flags', 'brief'),
    ('sk', 'u64', 'sk', 'brief'),
    ('seq', 'u32', 'dseq', 'brief'),
    ('ack', 'u32', '-', '-'),
    ('len', 'u32', 'bytes', 'brief'),
    ('segs', 'u32', 'segs', 'brief'),
    ('window', 'u16', '-', '-'),
    ('checksum', 'u16', 'hex', '-'),
    ('urgent', 'u16', '-', '-'),
    ('hlen', 'u8', 'bytes', '-'),
    ('how', 'u8', 'enum:tcp_how', 'brief'),
    ('state', 'u8', 'enum:tcp_state', 'na')] + VARS
IP = HEAD + [
    ('id', 'u16', '-', 'brief'),
    ('sk', 'u64', 'sk', 'brief'),
    ('seq', 'u32', 'dseq', 'brief'),
    ('len', 'u32', 'bytes', 'brief'),
    ('segs', 'u32', 'segs', 'brief'),
    ('ifindex', 's32', '-', 'brief'),
    ('ttl', 'u8', '-', '-'),
    ('tos', 'u8', 'hex', '-'),
    ('forwarded', 'u8', 'enum:no_yes', 'brief'),
    ('next', 'u8', 'enum:ipproto', '-'),
    ('mark', 'u32', 'hex', '-'),
    ('plen', 'u32', 'bytes', '-'),
    ('flow', 'u32', 'hex', '-'),
    ('iplen', 'u16', '-', '-'),
    ('frag', 'u16', 'hex', '-'),
    ('checksum', 'u16', 'hex', '-'),
    ('hlen', 'u8', 'bytes', '-'),
    ('spare', 'u8', '-', '-'),
    ('dev', 'str16', '-', '-')]
# what a segment without a socket has not
UNKNOWN = dict(state=0xff, snd_wscale=0xff, rcv_wscale=0xff,
               **{f: 0xffffffff for f in (
                   'snd_wnd', 'rcv_wnd', 'snd_cwnd', 'snd_ssthresh', 'mss',
                   'rto_us', 'srtt_us', 'mdev_us')})
STATE = [('old', 'u8', 'enum:tcp_state', 'brief'),
         ('mini', 'u8', 'enum:no_yes', '-'),
         ('err', 'u8', 'enum:errno', 'brief,set'),
         ('spare2', 'u8', '-', '-'),
         ('state', 'u8', 'enum:tcp_state', 'brief')] + VARS + [
             ('snd_base', 'u32', '-', '-'),
             ('rcv_base', 'u32', '-', '-'),
             ('timeout_us', 'u32', 'us', 'na,whole')]
RX, TX = 1, 2


def events():
    how = ('module=%s kind=packet role=event key=pkt state=exact '
           'stability=Evolving sets=- selector=- opts=-')
    SYMS['tcp_how'] = {0: '-', 1: 'first', 2: 'again', 3: 'probe'}
    SYMS['tcp_flags'] = {1: 'FIN', 2: 'SYN', 4: 'RST', 8: 'PSH', 16: 'ACK'}
    SYMS['tcp_state'].update({3: 'SYN_RECV'})
    SYMS['errno'] = {0: '-'}
    conn = ('module=tcp kind=conn role=event key=sk state=exact '
            'stability=Evolving sets=conn selector=state opts=-')
    EVENTS['tcp_connection'] = (102, conn, [
        ('old', 'u8', 'enum:tcp_state', 'brief'),
        ('state', 'u8', 'enum:tcp_state', 'brief'),
        ('mini', 'u8', 'enum:no_yes', '-'),
        ('err', 'u8', 'enum:errno', 'brief,set'),
        ('timeout_us', 'u32', 'us', 'na,whole')])
    EVENTS['tcp_state'] = (114, conn, STATE)
    EVENTS['tcp_send'] = (112, how % 'tcp', SEGMENT)
    EVENTS['tcp_receive'] = (113, how % 'tcp', SEGMENT)
    EVENTS['ip_send'] = (401, how % 'ip', IP)
    EVENTS['udp_send'] = (301, how % 'udp', UDP)
    EVENTS['ip_receive'] = (402, how % 'ip', IP)


def segments(n):
    """On two CPUs in turn, 1 us apart; PEERS addresses, all lengths."""
    t = Trace(size=131072)
    t.text = format_text()
    blocks = [bytearray(t.block('tcp_send', 0, c + 1, local='10.0.0.1',
                                peer=f'10.1.{c >> 8}.{c & 255}', lport=4000,
                                pport=80 + c % 7, proto=6, dir=TX, sk=c + 1,
                                len=c * 37 % 1449, segs=1, hlen=20, how=1))
              for c in range(PEERS)]
    cycle(t, blocks, n)
    return t


def members():
    t = Trace()
    t.text = format_text()
    v4 = dict(local='10.0.0.1', peer='10.0.0.2', lport=4000, pport=80)
    v6 = dict(local='fd00::1', peer='fd00::2', lport=4000, pport=80)
    conn = dict(proto=6, sk=7, seq=1001, ack=2001, len=1448, segs=1,
                window=501, checksum=0xbeef, urgent=3, hlen=32, state=1,
                snd_wscale=7, rcv_wscale=9, snd_una=1000, snd_nxt=2449,
                rcv_nxt=2001, snd_wnd=64128, rcv_wnd=65536, snd_cwnd=10,
                snd_ssthresh=0xffffffff, mss=1448, rto_us=204000,
                srtt_us=3500, mdev_us=1250)
    t.event('tcp_send', 0, 1000, 11, dir=TX, flags=0x118, how=2, **v4, **conn)
    t.event('tcp_receive', 0, 2000, 12, dir=RX, flags=0x10,
            **dict(v6, **dict(conn, snd_ssthresh=20)))
    t.event('tcp_send', 0, 3000, 13, dir=TX, flags=4, how=1, proto=6, seq=5,
            hlen=20, segs=1, **v4, **UNKNOWN)
    t.event('ip_send', 0, 4000, 11, dir=TX, proto=6, id=4660, sk=7, seq=1001,
            len=1448, segs=1, ifindex=2, ttl=64, tos=2, next=6, plen=1480,
            iplen=1500, frag=0x4000, checksum=0xcafe, hlen=20, dev='eth0',
            **v4)
    t.event('ip_receive', 0, 5000, 12, dir=RX, proto=17, len=8, segs=1,
            ifindex=1, ttl=63, tos=0, next=0, plen=24, flow=0x12345, iplen=24,
            hlen=40, dev='lo', **v6)
    t.event('udp_send', 0, 6000, 13, dir=TX, proto=17, checksum=0xabcd, sk=8,
            len=100, segs=1, queued=1000, buf=212992, **v4)
    return t


def simultaneous():
    """States by Linux's numbers; as the SYN of the other end comes first"""
    t = Trace()
    t.text = format_text()
    keyframe(t, 0, 500, 7, dict(local='10.0.0.1', peer='10.0.0.2', lport=4000,
                                pport=80))
    for i, (old, state) in enumerate([(7, 2), (2, 3), (3, 1)]):
        t.event('tcp_connection', 0, 1000 * (i + 1), 7, old=old, state=state,
                timeout_us=0xffffffff)
    return t


def opened(kinds):
    """What has not the fields of tcp_state leaves them out."""
    t = Trace()
    t.text = format_text()
    t.meta.append(('events', ''.join(f'{k}\n' for k in
                                     kinds + ['icsk_connection'])))
    keyframe(t, 0, 500, 7, dict(local='10.0.0.1', peer='10.0.0.2', lport=4000,
                                pport=80))
    more = dict(snd_wscale=7, rcv_wscale=9, snd_una=1001, snd_nxt=1001,
                rcv_nxt=2001, snd_wnd=64128, rcv_wnd=65536, snd_cwnd=10,
                snd_ssthresh=0xffffffff, mss=1448, rto_us=204000,
                srtt_us=3500, mdev_us=1250, snd_base=1000, rcv_base=2001)
    for i, (old, state) in enumerate([(7, 2), (2, 1)]):
        for k in kinds:
            t.event(k, 0, 1000 * (i + 1), 7, old=old, state=state,
                    timeout_us=0xffffffff, **(more if k == 'tcp_state' else {}))
    return t


def format_here():
    """As the control file "format": with the reason below the event"""
    lines = []
    for line in format_text().splitlines():
        for name, state, why in (
                ('tcp_send', 'inferred', 'at net_dev_queue: less'),
                ('tcp_receive', 'unavailable', 'no tracepoint tcp_rcv_skb')):
            if line.startswith('event ') and line.split()[2] == name:
                line = line.replace('state=exact', f'state={state}')
                line += f'\n why {why}'
        lines.append(line)
    return '\n'.join(lines) + '\n'


def main():
    events()
    if sys.argv[2] == 'format':
        with open(sys.argv[1], 'w', encoding='ascii') as f:
            f.write(format_here())
        return
    if sys.argv[2] == 'members':
        t = members()
    elif sys.argv[2] == 'simultaneous':
        t = simultaneous()
    elif sys.argv[2].isdigit():
        t = segments(int(sys.argv[2]))
    else:
        t = opened(sys.argv[2:])
    write(sys.argv[1], t.capture())


if __name__ == "__main__":
    main()
