#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/deps.sh [-n] GROUP... - install the Debian packages that a task needs
#
# Groups: kernel kernels vm stock deb tools test browser lint cross pahole bench
# missed, or all.
# kernels: the sources of each that there are patches for; kernel: of the one
# that SKBTRACE_KERNEL names.
#   -n  only say what is missing; exit status 1 if something is

set -euo pipefail
. "$(dirname "$0")/lib.sh"

declare -A PACKAGES=(
	[kernel]="bc bison flex gcc kmod libc6-dev libelf-dev libssl-dev
		  linux-source-${SKBTRACE_KERNEL:-6.12} lz4 make patch
		  perl python3 xz-utils"
	[stock]="apt busybox-static cpio dpkg gcc gcc-12 kmod libc6-dev libelf1 make pahole
		  xz-utils"
	[kernels]="linux-source-6.1 linux-source-6.12"
	[vm]="iproute2 kmod mount procps qemu-system-x86 util-linux"
	[tools]="bison flex gcc libc6-dev libdeflate-dev libjs-dygraphs libncurses-dev
		 libpcap-dev libzstd-dev make nettle-dev pkg-config
		 zlib1g-dev"
	[browser]="chromium fonts-dejavu-core python3"
	[test]="bash-completion bsdutils e2fsprogs ethtool gcc groff-base iperf3 iproute2
		iputils-ping jq kmod libmnl-dev libpcap-dev mount nftables pkg-config
		procps python3 python3-pyte socat strace tcpdump tshark
		util-linux wireguard-tools wireshark-common zsh zstd"
	[deb]="bash-completion build-essential busybox-static ccache cpio debhelper dh-dkms dkms dpkg-dev fakeroot
	       lintian zsh"
	[lint]="clang codespell cppcheck g++ git perl python3 python3-docutils
		shellcheck sparse universal-ctags"
	[cross]="gcc-s390x-linux-gnu"
	[pahole]="pahole"
	[bench]="bpftrace iperf3 linux-perf tcpdump trace-cmd"
	[missed]="gcc gnuplot-nox libpcap-dev tcpdump wireshark-common"
)

only_say=0
[ "${1-}" != -n ] || { only_say=1; shift; }
case ${1-} in
'') usage ;;
-h | --help) usage 0 ;;
all) set -- "${!PACKAGES[@]}" ;;
esac

command -v dpkg-query >/dev/null ||
	die "this is not Debian: install the equivalents of these by hand" \
		"$(for g; do echo "$g: ${PACKAGES[$g]-}"; done)"

missing=()
for group; do
	[ -n "${PACKAGES[$group]-}" ] ||
		die "no group '$group'" "groups: ${!PACKAGES[*]} all"
	for p in ${PACKAGES[$group]}; do
		status=$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)
		[[ $status == installed || " ${missing[*]-} " == *" $p "* ]] ||
			missing+=("$p")
	done
done

((${#missing[@]})) || exit 0
msg "missing: ${missing[*]}"
((!only_say)) || exit 1

command="apt-get install --no-install-recommends ${missing[*]}"
((EUID == 0)) || die "not root, so type:" "sudo $command"

export DEBIAN_FRONTEND=noninteractive
# A simulation tells at no cost whether the package lists are there and fresh.
apt-get install -s --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
	apt-get update -q >&2 || die "apt-get update failed" "then: $command"
apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 ||
	die "apt-get failed" "by hand: apt-get update && $command"
