#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Events as frames to another host, through IPsec: ESP in transport mode, between
# addresses that are there already, both IPv4 or both IPv6. A file with a number (SPI)
# and a key for each direction; the same file on both hosts:
#
#	(umask 077; for way in there back; do
#		echo "0x1$(od -An -tx1 -N3 /dev/urandom | tr -d ' \n')" \
#			"0x$(od -An -v -tx1 -N20 /dev/urandom | tr -d ' \n')"
#	done >/etc/skbtrace.keys)
#
# then, as root:
#
#	link-ipsec.sh collector /etc/skbtrace.keys COLLECTOR SENDER
#	link-ipsec.sh sender /etc/skbtrace.keys COLLECTOR SENDER
#
# and at the collector: skbtrace collect --listen 4717

set -eu
role=${1-} keys=${2-} collector=${3-} sender=${4-}

if [ $# != 4 ] || { [ "$role" != collector ] && [ "$role" != sender ]; }; then
	echo "usage: $0 collector|sender KEY-FILE COLLECTOR SENDER" >&2
	exit 2
fi
if ! { read -r spi1 key1 && read -r spi2 key2 && [ "$key2" ]; } <"$keys"; then
	echo "$0: $keys: not two lines of a number and a key each" >&2
	exit 1
fi

# state FROM TO SPI KEY: ip reads it from stdin, for ps shows arguments to everybody
state() {
	echo "xfrm state add src $1 dst $2 proto esp spi $3 mode transport" \
		"replay-window 128 flag esn aead rfc4106(gcm(aes)) $4 128"
}
{
	state "$sender" "$collector" "$spi1" "$key1"
	state "$collector" "$sender" "$spi2" "$key2"
} | ip -batch -

if [ "$role" = collector ]; then
	# whoever else sends to this port is not heard
	ip xfrm policy update dst "$collector" proto udp dport 4717 \
		dir in tmpl proto esp mode transport
	ip xfrm policy update src "$collector" proto udp sport 4717 \
		dir out tmpl proto esp mode transport
	# While nobody listens, "port unreachable" goes back, and quotes what has come
	unreachable='icmp type 3'
	[ "$collector" = "${collector#*:}" ] || unreachable='ipv6-icmp type 1'
	# shellcheck disable=SC2086 # words
	ip xfrm policy update src "$collector" dst "$sender" proto $unreachable \
		dir out tmpl proto esp mode transport
	exit
fi
ip xfrm policy update src "$sender" dst "$collector" proto udp dport 4717 \
	dir out tmpl proto esp mode transport
ip xfrm policy update src "$collector" dst "$sender" proto udp sport 4717 \
	dir in tmpl proto esp mode transport
# 1500, less IPv6 (40), UDP (8), and ESP (34 with IV, trailer and ICV)
ip link add skbtrace0 mtu 1418 type skbtrace remote "$collector" port 4717
ip link set skbtrace0 up
