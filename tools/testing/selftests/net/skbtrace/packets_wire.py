#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""packets_wire.py tap NAME FROM TO PORT | xdp DEVICE READY | ask ADDRESS PORT N SIZE
                | answer ADDRESS PORT N SIZE READY | pour ADDRESS PORT MEGABYTES
                | datagrams ADDRESS PORT | twice ADDRESS PORT DIR

What packets come from. tap: frames with datagrams from FROM to TO, 9,000 bytes and
less, by the tap device NAME, which is there. xdp: a program that passes all is on
DEVICE until the standard input ends, natively. ask, answer: N messages of SIZE
random bytes on a connection, each answered by a byte. pour: that many megabytes.
datagrams: three that need fragments. twice: 20 datagrams, then DIR/sent is there; one
more when DIR/closed is.
"""
import ctypes
import fcntl
import os
import random
import socket
import struct
import sys
import time

BPF_PROG_LOAD, BPF_LINK_CREATE, BPF_PROG_TYPE_XDP, BPF_XDP = 5, 28, 6, 37
XDP_PASS, XDP_FLAGS_DRV_MODE, BPF_F_XDP_HAS_FRAGS = 2, 4, 32
SYS_BPF = {"x86_64": 321, "aarch64": 280}.get(os.uname().machine)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def tap(name, sender, to, port):
    fd = os.open("/dev/net/tun", os.O_RDWR)
    # IFF_TAP | IFF_NO_PI
    fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", name.encode(), 0x1002))
    with socket.socket() as sock:
        # SIOCGIFHWADDR
        mac = fcntl.ioctl(sock, 0x8927, struct.pack("256s", name.encode()))[18:24]
    random.seed(port)
    for size in (10, 1000, 3000, 6000, 8900):
        udp = struct.pack(">HHHH", 7, port, 8 + size, 0)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + size, size, 0, 64, 17, 0,
                         socket.inet_aton(sender), socket.inet_aton(to))
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        os.write(fd, mac + b"\2\0\0\0\0\1" + b"\x08\0" + ip + udp +
                 random.randbytes(size))


def bpf(command, attr):
    libc = ctypes.CDLL(None, use_errno=True)
    buf = ctypes.create_string_buffer(attr.ljust(144, b"\0"), 144)
    fd = libc.syscall(SYS_BPF, command, buf, 144)
    if fd < 0:
        sys.exit(f"bpf({command}): {os.strerror(ctypes.get_errno())}")
    return fd


def xdp(device, ready):
    # r0 = XDP_PASS; exit
    text = ctypes.create_string_buffer(struct.pack("<BBhi", 0xb7, 0, 0, XDP_PASS) +
                                       struct.pack("<BBhi", 0x95, 0, 0, 0), 16)
    gpl = ctypes.create_string_buffer(b"GPL")
    prog = bpf(BPF_PROG_LOAD, struct.pack(
        "IIQQIIQII", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(text),
        ctypes.addressof(gpl), 0, 0, 0, 0, BPF_F_XDP_HAS_FRAGS))
    bpf(BPF_LINK_CREATE, struct.pack("IIII", prog, socket.if_nametoindex(device),
                                     BPF_XDP, XDP_FLAGS_DRV_MODE))
    open(ready, "w", encoding="ascii").close()
    sys.stdin.read()


def ask(address, port, count, size):
    with socket.create_connection((address, port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        random.seed(port)
        for _ in range(count):
            sock.sendall(random.randbytes(size))
            sock.recv(1)


def answer(address, port, count, size, ready):
    with socket.create_server((address, port)) as server:
        open(ready, "w", encoding="ascii").close()
        sock, _ = server.accept()
    with sock:
        for _ in range(count):
            left = size
            while left:
                left -= len(sock.recv(left))
            sock.send(b"x")


def pour(address, port, megabytes):
    with socket.create_connection((address, port)) as sock:
        data = bytes(1 << 20)
        for _ in range(megabytes):
            sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(1)


def datagrams(address, port):
    random.seed(port + 4)
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                       socket.SOCK_DGRAM) as sock:
        sock.connect((address, port + 4))
        for size in (4000, 9000, 30000):
            sock.send(random.randbytes(size))


def twice(address, port, directory):
    random.seed(port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((address, port))
        for size in range(20, 820, 40):
            sock.send(random.randbytes(size))
        open(directory + "/sent", "w", encoding="ascii").close()
        while not os.path.exists(directory + "/closed"):
            time.sleep(0.01)
        sock.send(random.randbytes(333))


what, *words = sys.argv[1:]
{"tap": tap, "xdp": xdp, "ask": ask, "answer": answer, "pour": pour,
 "datagrams": datagrams, "twice": twice}[what](
     *(int(w) if w.isdigit() else w for w in words))
