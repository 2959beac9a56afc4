# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What must be installed for a test; sourced by lib.sh, and by the tests of
# tools/skbtrace. A test names each program of the table that it calls, so that
# where it is missing the test is skipped, not failed for a reason that is hard
# to guess. scripts/lint.sh looks whether it does, and whether scripts/deps.sh
# installs the packages.

# Debian's package, and what tests call of it. All that an essential package has
# is there anyway, and named only if other systems may lack it.
PACKAGES='
bsdutils	script
chromium	chromium
ethtool		ethtool
gcc		gcc
groff-base	groff
iperf3		iperf3
iproute2	bridge ip nstat ss tc
iputils-ping	ping
jq		jq
kmod		depmod insmod lsmod modinfo modprobe rmmod
nftables	nft
procps		pgrep pkill ps sysctl
python3		python3
socat		socat
strace		strace
tcpdump		tcpdump
tshark		tshark
util-linux	nsenter setpriv taskset unshare
zsh		zsh
zstd		zstd
'

# Those that no package has, and how they are made
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

# lacks PROGRAM...: is one of them missing? Prints which, and what to do
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

# need PROGRAM...: without one of them the whole test is skipped
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
