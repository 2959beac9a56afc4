#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each block has the inode number of its network namespace, as /proc/PID/ns/net

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event tcp_connection udp_send udp_receive
net_up

a=$(in_a stat -L -c %i /proc/self/ns/net)
b=$(in_b stat -L -c %i /proc/self/ns/net)
trace_on tcp_connection udp_send udp_receive
server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 1
in_a sk udp4 connect $B4 9 send 1 10
wait "$server_pid"
server in_b tcp6 bind $B6 5000 listen 5 touch "$TMP/ready" accept eof
in_a sk tcp6 connect $B6 5000 cookie >"$TMP/client"
wait "$server_pid"
trace_off

is "udp_send" "$(list netns udp_send pport=9)" "$a"
is "udp_receive" "$(list netns udp_receive lport=9)" "$b"
is "tcp_connection, this side" "$(values netns tcp_connection \
	key="$(value cookie "$TMP/client")" | sort -u)" "$a"
is "its minisocket" "$(list netns tcp_connection state=TIME_WAIT)" "$a"
is "tcp_connection, that side" "$(list netns tcp_connection old=LAST_ACK)" "$b"
is "the name of the connection" "$(values netns tcp_active_conn \
	key="$(value cookie "$TMP/client")" | sort -u)" "$a"
finish
