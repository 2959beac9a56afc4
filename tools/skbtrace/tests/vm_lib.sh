# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2317,SC2034 # ok() runs what stands behind it
# Shared by the suites that run the program on a real kernel, in a virtual machine

set -u
here=$(cd "$(dirname "$0")" && pwd)
S=$(realpath "${SKBTRACE:-$here/../skbtrace}")
echo "TAP version 13"
if ! grep -qw skbtrace_vm /proc/cmdline && [ -z "${SKBTRACE_VM:-}" ] &&
	! grep -Eq ' / (9p|hostfs) ' /proc/mounts; then
	echo "1..0 # SKIP only in a virtual machine (or with SKBTRACE_VM=1)"
	exit 0
fi
tmp=$(mktemp -d)
tw_buckets=/proc/sys/net/ipv4/tcp_max_tw_buckets
tw_was=$(cat $tw_buckets)
trap 'kill $(jobs -p) 2>/dev/null; umount "$tmp/small" 2>/dev/null
	echo "$tw_was" >$tw_buckets; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
n=0

# shellcheck source=assert.sh
. "$here/assert.sh"
need ip python3
# No TIME_WAIT: it would end a minute later, in another part of the test
echo 0 >$tw_buckets

value() { # FILE KEY
	readcap "$1" | tr ' ' '\n' | sed -n "s/^$2=//p"
}

is_tracing() { "$S" status | grep -q '^tracing   on'; }
is_off() { [ "$("$S" status | head -1)" = "tracing   off" ]; }

run() {
	"$S" "$@" >out 2>err
	rc=$?
}

# bg ARGS...: runs the program in the background; returns when tracing is on
bg() {
	"$S" "$@" >bg.out 2>bg.err &
	pid=$!
	wait_for is_tracing
}

# Makes TCP connections over loopback, each of which sends so many bytes
traffic() { # CONNECTIONS BYTES
	python3 -c '
import socket, sys, threading
n, size = map(int, sys.argv[1:3])
srv = socket.create_server(("127.0.0.1", 0), backlog=64)
def sink():
    for _ in range(n):
        c = srv.accept()[0]
        def drain(c=c):
            while c.recv(1 << 16):
                pass
            c.close()
        threading.Thread(target=drain).start()
t = threading.Thread(target=sink)
t.start()
cs = [socket.create_connection(srv.getsockname()) for _ in range(n)]
for _ in range(size // 4096 + 1):
    for c in cs:
        c.sendall(b"x" * 4096)
for c in cs:
    c.close()
t.join()' "$1" "$2"
}

ip link set lo up
