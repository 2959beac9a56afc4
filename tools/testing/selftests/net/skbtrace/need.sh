# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Which programs a test needs; sourced by lib.sh, and by the tests of
# tools/skbtrace. A test names each program of the table that it calls. Where one
# is missing, the test is skipped with a reason; else it would fail for one that is
# hard to guess. scripts/lint.sh checks the names, and that scripts/deps.sh installs
# the packages.

# Debian's package, and the programs of it that tests call. Programs of essential
# packages are named only if other systems may lack them.
PACKAGES='
bsdutils	script
chromium	chromium
e2fsprogs	mkfs.ext4
ethtool		ethtool
gcc		gcc
groff-base	groff
iperf3		iperf3
iproute2	bridge ip nstat ss tc
iputils-ping	ping
jq		jq
kmod		depmod insmod lsmod modinfo modprobe rmmod
mount		losetup
nftables	nft
procps		pgrep pkill ps sysctl
python3		python3
socat		socat
strace		strace
tcpdump		tcpdump
tshark		tshark
util-linux	nsenter setpriv taskset unshare
wireguard-tools	wg
wireshark-common	capinfos editcap mergecap text2pcap
zsh		zsh
zstd		zstd
'

# Programs that no package has, and the commands that make them
MADE='
blocks			make -C tools/testing/selftests TARGETS=net/skbtrace
conn_filter_diff	apt-get install libpcap-dev, and compile the tests again
filter_diff		apt-get install libpcap-dev, and compile the tests again
frames			make -C tools/testing/selftests TARGETS=net/skbtrace
link_new		make -C tools/testing/selftests TARGETS=net/skbtrace
many			make -C tools/testing/selftests TARGETS=net/skbtrace
uring			make -C tools/testing/selftests TARGETS=net/skbtrace
sk			make -C tools/testing/selftests TARGETS=net/skbtrace
stamps			make -C tools/testing/selftests TARGETS=net/skbtrace
wire			make -C tools/testing/selftests TARGETS=net/skbtrace
skbtrace		make -C tools/skbtrace
'

# lacks PROGRAM...: is any of them missing? Prints which, and what to do
lacks() {
	local program first rest

	for program; do
		! command -v "$program" >/dev/null || continue
		while read -r first rest; do
			if [ "$first" = "$program" ]; then
				echo "$program is not there: $rest"
				return
			fi
		done <<<"$MADE"
		while read -r first rest; do
			if [[ " $rest " = *" $program "* ]]; then
				echo "$program is not installed: apt-get install $first"
				return
			fi
		done <<<"$PACKAGES"
		echo "$program is not installed"
		return
	done
	return 1
}

# need PROGRAM...: skips the whole test if one of them is missing
need() {
	local why

	why=$(lacks "$@") || return 0
	echo "1..0 # SKIP $why"
	exit "${SKIP:-0}"
}

# Prints why, as lacks does
not_root() {
	[ "$(id -u)" != 0 ] && echo "not root"
}
