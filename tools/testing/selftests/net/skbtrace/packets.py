#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""packets.py ADDRESS PORT - send random bytes in ways that differ in memory

To PORT: written to a connection; PORT + 1: a file, by sendfile(2), which is
changed then; PORT + 2: MSG_ZEROCOPY, the memory is changed as soon as it may;
PORT + 3: datagrams that need no fragments.
"""
import os
import random
import select
import socket
import sys

SO_ZEROCOPY, MSG_ZEROCOPY = 60, 0x4000000
SIZE = 300000

address, port = sys.argv[1], int(sys.argv[2])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
random.seed(port)


def datagrams():
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.connect((address, port + 3))
    for size in (1, 64, 500, 1448):
        sock.send(random.randbytes(size))


def written(sock):
    sock.sendall(random.randbytes(SIZE))


def zerocopy(sock):
    data = bytearray(random.randbytes(SIZE))
    sock.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
    sent = 0
    while sent < len(data):
        sent += sock.send(memoryview(data)[sent:], MSG_ZEROCOPY)
    # all of it has been acknowledged
    poll = select.poll()
    poll.register(sock, 0)
    poll.poll(2000)
    data[:] = bytes(len(data))


def from_file(sock):
    with open(os.environ["TMP"] + "/file", "w+b") as f:
        f.write(random.randbytes(SIZE))
        f.flush()
        f.seek(0)
        sock.sendfile(f)
        f.seek(0)
        f.write(bytes(SIZE))


for nth, send in enumerate((written, from_file, zerocopy)):
    with socket.create_connection((address, port + nth)) as to:
        send(to)
        to.shutdown(socket.SHUT_WR)
        to.recv(1)
datagrams()
