#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Events as frames to another host, through WireGuard. On both hosts, as root:
#
#	(umask 077; wg genkey >/etc/skbtrace.key); wg pubkey </etc/skbtrace.key
#
# then, with what that has printed on the other one:
#
#	link-wireguard.sh collector /etc/skbtrace.key SENDERS-PUBLIC-KEY
#	link-wireguard.sh sender /etc/skbtrace.key COLLECTORS-PUBLIC-KEY COLLECTOR
#
# and at the collector: skbtrace collect --listen 4717

set -eu
role=${1-} key=${2-} peer=${3-} host=${4-}

if [ "$role" = collector ]; then
	ip link add wg-skbtrace type wireguard
	wg set wg-skbtrace private-key "$key" listen-port 51820 \
		peer "$peer" allowed-ips 10.9.0.2/32
	ip addr add 10.9.0.1/24 dev wg-skbtrace
	ip link set wg-skbtrace up
	exit
elif [ "$role" != sender ]; then
	echo "usage: $0 collector KEY-FILE PEER | sender KEY-FILE PEER HOST" >&2
	exit 2
fi
ip link add wg-skbtrace type wireguard
wg set wg-skbtrace private-key "$key" \
	peer "$peer" endpoint "$host:51820" allowed-ips 10.9.0.1/32
ip addr add 10.9.0.2/24 dev wg-skbtrace
ip link set wg-skbtrace up
# 1420, that of WireGuard, less IP and UDP
ip link add skbtrace0 mtu 1392 type skbtrace remote 10.9.0.1 port 4717
ip link set skbtrace0 up
