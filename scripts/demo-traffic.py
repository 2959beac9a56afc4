#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The traffic of scripts/demo.sh.

demo-traffic.py serve        take what comes on port 443, byte by byte
demo-traffic.py upload FILE  send 1 MB to each of five servers at once. While
                             the last connection is still open, the kernel's own
                             counters go to FILE: TCP_INFO of all, ss of the last
"""
import json
import socket
import struct
import subprocess
import sys
import threading

PATHS = range(1, 6)
PORT = 443
SIZE = 1000000
TCPI_TOTAL_RETRANS = 100    # offset in struct tcp_info
SO_COOKIE = 57


def take(conn):
    left = SIZE
    while left:
        data = conn.recv(65536)
        if not data:
            break
        left -= len(data)
    conn.sendall(b"k")
    while conn.recv(65536):
        pass
    conn.close()


def serve():
    listener = socket.create_server(("0.0.0.0", PORT))
    print("ready", flush=True)
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=take, args=(conn,), daemon=True).start()


def counters(conn):
    info = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    cookie = conn.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8)
    return {
        "sk": f"{struct.unpack('Q', cookie)[0]:x}",
        "retrans": struct.unpack_from("I", info, TCPI_TOTAL_RETRANS)[0],
        "local": "%s:%d" % conn.getsockname(),
        "peer": "%s:%d" % conn.getpeername(),
    }


def upload_one(number, result, lock):
    conn = socket.create_connection((f"10.0.{number}.2", PORT))
    conn.sendall(bytes(SIZE))
    conn.recv(1)            # all of it is acknowledged now
    with lock:
        result["tcp_info"].append(counters(conn))
        if len(result["tcp_info"]) == len(PATHS):
            command = ["ss", "-Htine", "src", "%s:%d" % conn.getsockname()]
            result["ss"] = subprocess.run(command, capture_output=True,
                                          check=True, text=True).stdout
    conn.shutdown(socket.SHUT_WR)
    conn.recv(1)
    conn.close()


def upload(name):
    result = {"tcp_info": []}
    lock = threading.Lock()
    threads = [threading.Thread(target=upload_one, args=(n, result, lock))
               for n in PATHS]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with open(name, "w", encoding="utf-8") as file:
        json.dump(result, file)


if sys.argv[1:] == ["serve"]:
    serve()
elif len(sys.argv) == 3 and sys.argv[1] == "upload":
    upload(sys.argv[2])
else:
    sys.exit(__doc__)
