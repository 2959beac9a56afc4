#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/deb-test.sh [-c] [FLAVOUR] - install, upgrade and remove the packages for real
#
# In a virtual machine with Debian's own kernel (default 6.12) and a root that
# is this host's, with the changes in memory: dpkg installs both packages, DKMS
# compiles the modules for the kernel that runs, skbtrace records with them; a
# newer version replaces them; nothing is left when they have gone. TAP, and
# the counts at its end.
#
# First the same is done in a chroot here, for a kernel that does not run, as an
# installer would do it. The virtual machine then finds the objects in ccache:
# compiling under emulation would take a quarter of an hour. Without root the
# chroot is left out, and compiling does take that long.
#   -c  in the chroot only, as root

set -euo pipefail
. "$(dirname "$0")/lib.sh"

chroot_only=0
case ${1-} in
-h | --help) usage 0 ;;
-c)
	((EUID == 0)) || die "not root, so there is no chroot" "without -c: in a VM only"
	chroot_only=1
	shift
	;;
esac
flavour=${1:-6.12}

"$ROOT/scripts/deps.sh" vm stock deb tools test
stock=$("$ROOT/scripts/stock.sh" "$flavour")
dir=$CACHE/deb-test-$flavour
mkdir -p "$dir/ccache"
exec 8>"$dir/lock"
flock 8
now=$(dpkg-parsechangelog -l "$ROOT/debian/changelog" -S Version)
"$ROOT/scripts/deb.sh" -l "$dir/now" >/dev/null
"$ROOT/scripts/deb.sh" -v "$now+newer" "$dir/newer" >/dev/null

guest=("$ROOT/scripts/deb-test-guest.sh" "$stock" "$dir")
status=0
if ((EUID == 0)) && ! mountpoint -q /; then
	# what is mounted there could not be kept from the rest of the machine
	echo "1..0 # SKIP / is no mount point, as in a plain chroot: mount --bind DIR DIR, then chroot DIR"
elif ((EUID == 0)); then
	msg "in a chroot, for a kernel that does not run"
	unshare --mount --propagation private -- "${guest[@]}" chroot ||
		status=$?
fi
((!chroot_only)) || exit "$status"
msg "in a virtual machine with $(cat "$stock/release")"
aside "$ROOT/scripts/vm.sh" -k "stock-$flavour" -M "$stock/root" -m 3G -t 1800 -w "$dir" -- \
	"${guest[@]}" vm || status=$?
exit "$status"
