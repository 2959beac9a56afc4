#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""two-hosts-talk.py ROLE [ARGUMENT] - datagrams to and fro, for two-hosts.sh

  collector ADDRESS:DIR  sends each back, until it is told to end, and there is
                      a recording in DIR
  wait ADDRESS        until it is there
  sender ADDRESS      each of another length, the next when the last is back
  bye ADDRESS         tells it to end, and waits until it has
  fast PPM            makes the clock of this machine faster
"""
import ctypes
import glob
import socket
import struct
import sys
import time

PORT = 5001
FIRST, ROUNDS, PAUSE = 100, 1000, 0.02
BYE, HELLO = b"bye", b"hello"


def fast(ppm):
    adj_frequency = 2
    t = ctypes.create_string_buffer(208)		# struct timex
    struct.pack_into("=I4xqq", t, 0, adj_frequency, 0, int(ppm) << 16)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.adjtimex(t) < 0:
        sys.exit(f"adjtimex: errno {ctypes.get_errno()}")


def opened(timeout):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(timeout)
    return s


def collector(arg):
    address, folder = arg.split(":")
    s = opened(None)
    s.bind((address, PORT))
    while True:
        data, who = s.recvfrom(2000)
        while data == BYE and not glob.glob(f"{folder}/*.dat"):
            time.sleep(0.05)
        s.sendto(data, who)
        if data == BYE:
            return


def ask(s, data, address):
    """Is it back?"""
    s.sendto(data, (address, PORT))
    try:
        while s.recv(2000) != data:
            pass
    except (TimeoutError, ConnectionRefusedError):
        return False
    return True


def until_back(data, address):
    s = opened(0.2)
    while not ask(s, data, address):
        time.sleep(0.1)


def sender(address):
    s = opened(2)
    back = 0
    for i in range(ROUNDS):
        back += ask(s, bytes(FIRST + i), address)
        time.sleep(PAUSE)
    if back < ROUNDS * 9 / 10:
        sys.exit(f"{back} of {ROUNDS} datagrams have come back")


def main():
    role, arg = sys.argv[1:]
    if role == "fast":
        fast(arg)
    elif role == "collector":
        collector(arg)
    elif role == "sender":
        sender(arg)
    else:
        until_back(HELLO if role == "wait" else BYE, arg)


main()
