#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# debian/dkms.sh MAKEFILE - print dkms.conf for the modules that it builds

set -eu
# shellcheck disable=SC2016 # variables of dkms
cat <<'END'
PACKAGE_NAME="skbtrace"
PACKAGE_VERSION="#MODULE_VERSION#"
# Those on which it is tested. Other versions: edit this, then "dkms autoinstall"
BUILD_EXCLUSIVE_KERNEL="^6\.(1|12)\."
BUILD_EXCLUSIVE_CONFIG="CONFIG_RELAY CONFIG_DEBUG_FS CONFIG_TRACEPOINTS CONFIG_NET_UDP_TUNNEL"
MAKE[0]="make -C ${kernel_source_dir} M=${dkms_tree}/${PACKAGE_NAME}/${PACKAGE_VERSION}/build/net/skbtrace modules"
CLEAN="make -C ${kernel_source_dir} M=${dkms_tree}/${PACKAGE_NAME}/${PACKAGE_VERSION}/build/net/skbtrace clean"
AUTOINSTALL="yes"
END
sed -n 's/^obj-.*+=[[:space:]]*\(.*\)\.o$/\1/p' "$1" | {
	n=0
	while read -r module; do
		echo "BUILT_MODULE_NAME[$n]=\"$module\""
		echo "BUILT_MODULE_LOCATION[$n]=\"net/skbtrace\""
		echo "DEST_MODULE_LOCATION[$n]=\"/updates/dkms\""
		n=$((n + 1))
	done
}
