#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A recording of packets that IP sends, for d.sh: gen_d.py OUTPUT N"""

import sys

from gen import EVENTS, TUPLE, Trace, cycle, format_text, write

PEERS = 1000


def events():
    EVENTS['ip_send'] = (401, 'module=ip kind=packet role=event key=pkt '
                         'state=exact stability=Evolving sets=- selector=- '
                         'opts=-', TUPLE + [
                             ('proto', 'u8', 'enum:ipproto', 'brief'),
                             ('dir', 'u8', 'enum:dir', 'brief'),
                             ('id', 'u16', '-', 'brief'),
                             ('sk', 'u64', 'sk', 'brief'),
                             ('seq', 'u32', 'dseq', 'brief'),
                             ('len', 'u32', 'bytes', 'brief'),
                             ('segs', 'u32', 'segs', 'brief'),
                             ('ifindex', 's32', '-', 'brief'),
                             ('ttl', 'u8', '-', '-'),
                             ('tos', 'u8', 'hex', '-'),
                             ('forwarded', 'u8', 'enum:no_yes', 'brief'),
                             ('spare', 'u8', '-', '-'),
                             ('mark', 'u32', 'hex', '-')])


def packets(n):
    """On two CPUs in turn, 1 us apart; PEERS addresses, all lengths."""
    t = Trace(size=131072)
    t.text = format_text()
    blocks = [bytearray(t.block('ip_send', 0, c + 1, local='10.0.0.1',
                                peer=f'10.1.{c >> 8}.{c & 255}', lport=4000,
                                pport=80 + c % 7, proto=6, dir=2, sk=c + 1,
                                len=c * 37 % 1449, segs=1, ifindex=2, ttl=64))
              for c in range(PEERS)]
    cycle(t, blocks, n)
    return t


def main():
    events()
    write(sys.argv[1], packets(int(sys.argv[2])).capture())


if __name__ == "__main__":
    main()
