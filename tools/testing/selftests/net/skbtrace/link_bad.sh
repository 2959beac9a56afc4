#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device of type skbtrace refuses what it should, and says why; frames that are
# forged, cut off or of another version do nothing to it

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send
need frames ip link_new python3 unshare
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
# shellcheck source=link_lib.sh
. "$here/link_lib.sh"

# refused WHAT MESSAGE LINK_NEW-WORD...
refused() {
	like "$1" "$(link_new skbtrace0 "${@:3}")" "$2"
}

refused "no such session" \
	"no session of this name*sessions/new*: No such file*" session none
refused "a name that is too long" "*Invalid argument" \
	session "$(printf '%064d' 0)"
refused "no name" "*: No such file*" session ""
refused "batch" "*: Numerical result out of range" batch 3
refused "no port" "a remote address needs a port*: Invalid argument" \
	remote 192.0.2.1
refused "port 0" "a remote address needs a port*: Invalid argument" \
	remote 192.0.2.1 port 0
refused "a port alone" "a port without a remote address: Invalid argument" \
	port 4444
refused "two addresses" "one remote address only: Invalid argument" \
	remote 192.0.2.1 remote6 2001:db8::1 port 4444
for a in 0.0.0.0 224.0.0.1 255.255.255.255; do
	refused "remote $a" "the remote address must be a host's*: Invalid*" \
		remote "$a" port 4444
done
for a in :: ff02::1 fe80::1; do
	refused "remote $a" "the remote address must be a host's*: Invalid*" \
		remote6 "$a" port 4444
done
refused "an MTU that is too small" "*Invalid argument" mtu 99
refused "one that is too large" "*Invalid argument" mtu 65536
refused "one that a datagram can't hold" \
	"the MTU is more than a datagram can hold: Invalid argument" \
	mtu 65535 remote 192.0.2.1 port 4444
is "there is no device" "$(ip -o link show skbtrace0 2>/dev/null)" ""

like "the administrator of a namespace" "$(unshare -Urn "$(command -v link_new)" \
	skbtrace0 2>&1)" "*only the administrator of the host may*"
like "with the type alone" "$(unshare -Urn ip link add skbtrace0 type skbtrace \
	2>&1)" "*only the administrator of the host may*"

# --- one that is there

link_add skbtrace0 one
like "a session is for good" "$(link_new -c skbtrace0 session default)" \
	"only batch can be changed*: Operation not supported"
like "an address is" "$(link_new -c skbtrace0 remote 192.0.2.1 port 9)" \
	"only batch can be changed*"
like "batch, to what there is not" "$(link_new -c skbtrace0 batch 7)" \
	"*: Numerical result out of range"
ok "batch can be changed" link_new -c skbtrace0 batch 2
like "the same name" "$(link_new skbtrace0 session one)" "*File exists"

ip link set skbtrace0 up
listen one -n -i skbtrace0
ok "it waits" wait_for in_state one "waits until*"
echo one >"$S/remove"
ok "its session is removed: it says so" wait_for in_state one "no session*"
echo one >"$S/new"
echo udp_send >"$S/one/enabled"
ok "there is one of this name again: it reads" wait_for in_state one reads

# --- forged frames, by a packet socket on the device

cat >"$TMP/forge.py" <<'PY'
import socket
import struct
import sys

dev = sys.argv[1]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((dev, 0))
eth = bytes.fromhex("020000000001020000000002") + struct.pack("!H", 0x88B5)


def head(version=1, kind=4, hdr=80, length=0):
    return struct.pack("!BBBBHHII", version, kind, 0, 0, hdr, 0, length, 0) + bytes(64)


def send(data):
    s.send(eth + data)


for cut in range(1, 80):
    send(head()[:cut])
for kind in range(0, 256):
    if kind in (1, 2, 3, 4, 5):
        continue
    send(head(kind=kind))
for kwargs in (dict(version=0), dict(version=2), dict(version=255), dict(hdr=0),
               dict(hdr=79), dict(hdr=65535), dict(length=1), dict(length=65),
               dict(length=0xffffffff)):
    send(head(**kwargs))
s.send(eth[:13] + b"\0")
s.send(bytes(14))
print("sent")
PY
is "forged frames are sent" "$(python3 "$TMP/forge.py" skbtrace0)" sent
is "after them a probe is answered" "$(frames -p skbtrace0)" \
	"echo seq=1234 frame_seq=5678 len=8 data=abcdefgh stamps=1 host=1"
echo '-*' >"$S/one/enabled"
ip link del skbtrace0
finish
