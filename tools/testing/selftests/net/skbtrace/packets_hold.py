#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""packets_hold.py DIR TO PACKETS - captured packets, by splice(2)

Takes the files packets.cpuN of the control directory DIR. TO is
    pipe:FILE        they stay in a pipe until FILE.go is there, then go to FILE
    connect:ADDRESS:PORT, or the name of a file: they go there

Touches FILE.ready when it has opened them, FILE.held when it has PACKETS blocks
or more; ends when FILE.stop is there and nothing more comes, or the run is over.
For a socket FILE is $TMP/socket.
"""
import fcntl
import os
import glob
import select
import socket
import struct
import sys
import time

F_SETPIPE_SZ = 1031
SPLICE_F_NONBLOCK = 2
HEAD = struct.pack("IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28) + \
    struct.pack("IIHHIHHBBBBHHI", 1, 32, 101, 0, 0, 9, 1, 9, 0, 0, 0, 0, 0, 32)

directory, to, want = sys.argv[1], sys.argv[2], int(sys.argv[3])
name = to.partition(":")[2] if to.startswith("pipe:") else to
if to.startswith("connect:"):
    name = os.environ["TMP"] + "/socket"


def counted(word):
    n = 0
    with open(directory + "/packets", encoding="ascii") as f:
        for line in f:
            n += sum(int(w.partition("=")[2]) for w in line.split()
                     if w.startswith(word + "="))
    return n


def touch(path):
    open(path, "w", encoding="ascii").close()


def target():
    if to.startswith("connect:"):
        address, _, port = to.partition(":")[2].rpartition(":")
        sock = socket.create_connection((address, int(port)))
        return sock.detach()
    fd = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
    if name != "/dev/null":
        os.write(fd, HEAD)
    return fd


def move(from_fd, to_fd, n):
    while n:
        done = os.splice(from_fd, to_fd, n)
        if not done:
            sys.exit("nothing can be written")
        n -= done


def main():
    files = [os.open(f, os.O_RDONLY | os.O_NONBLOCK)
             for f in glob.glob(directory + "/packets.cpu*")]
    pipes = {f: os.pipe() for f in files}
    kept = dict.fromkeys(files, 0)
    hold = to.startswith("pipe:")
    out = None if hold else target()
    poll = select.poll()
    for f in files:
        fcntl.fcntl(pipes[f][1], F_SETPIPE_SZ, 32 << 20)
        poll.register(f, select.POLLIN)
    touch(name + ".ready")
    while files:
        more = False
        for f in list(files):
            try:
                n = os.splice(f, pipes[f][1], 1 << 20,
                              flags=SPLICE_F_NONBLOCK)
            except BlockingIOError:
                continue
            if not n:
                files.remove(f)
                poll.unregister(f)
                continue
            more = True
            kept[f] += n
            if not hold:
                move(pipes[f][0], out, n)
        if more:
            continue
        if want and counted("captured") >= want:
            touch(name + ".held")
        if os.path.exists(name + ".stop"):
            break
        poll.poll(10)
    if not hold:
        return
    # nothing but the pipes has them now
    for f in files:
        os.close(f)
    touch(name + ".held")
    while not os.path.exists(name + ".go"):
        time.sleep(0.01)
    out = target()
    for f, n in kept.items():
        move(pipes[f][0], out, n)


main()
