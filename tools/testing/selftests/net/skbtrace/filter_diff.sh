#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Compares the packet filter with libpcap's interpreter: random expressions,
# packets of every form and layout in memory. FILTER_DIFF_N: how many expressions;
# FILTER_DIFF_SEED: the seed that an earlier run has printed, to repeat it.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need filter_diff ip nsenter sysctl
need_event skb_delay
[ -c /dev/net/tun ] || skip "no TUN"
N=${FILTER_DIFF_N:-$((PATIENCE == 1 ? 500 : 100))}

# The filter sees our frames only; nobody reads what leaves through the TAP
ip netns add "$A" || skip "can't make network namespaces"
in_a sysctl -qw net.ipv6.conf.default.disable_ipv6=1

# --- packets have the layout in memory that the test wants

witness_on net/netif_receive_skb_entry net/napi_gro_frags_entry
in_a filter_diff 200 layouts >"$TMP/layouts" || die "$(<"$TMP/layouts")"
witness_off
sed -n 's/.* len=\([0-9]*\) data_len=\([0-9]*\) .*/\1 \2/p' "$TMP/witness" \
	>"$TMP/seen"
is "each packet is laid out as it should be" "$(<"$TMP/seen")" \
	"$(grep -v = "$TMP/layouts")"
within "not linear" "$(awk '$2 { n++ } END { print n + 0 }' "$TMP/seen")" \
	80 199
within "nothing of them is in the head" \
	"$(awk '$1 && $1 == $2 { n++ } END { print n + 0 }' "$TMP/seen")" 10 199

# --- the filter agrees with libpcap

# compare WHAT EXPRESSIONS
compare() {
	trace_on skb_delay,only=netif_rx
	in_a filter_diff "$2" >"$TMP/diff" 2>&1 ||
		fail "$1: the same verdicts" "$(head -n 100 "$TMP/diff")"
	trace_off
	grep -E '^[^ ]*=[0-9]*$|match$' "$TMP/diff" | sed 's/^/# /'
	is "$1: identity" "$(identity)" ""
	is "$1: expressions" "$(value expressions "$TMP/diff")" "$2"
	is "$1: all of them are taken" "$(value refused "$TMP/diff")" 0
	is "$1: no difference" "$(value differences "$TMP/diff")" 0
	is "$1: judged are filtered or written" "$(stat_sum filtered written)" \
		"$(value judged "$TMP/diff")"
	is "$1: those that pass are written" "$(stat_sum written)" \
		"$(value matched "$TMP/diff")"
	# Expressions that are mostly true, or false, would prove little. A few
	# may be so by chance.
	within "$1: verdicts of both kinds" $((100 * $(value matched \
		"$TMP/diff") / $(value judged "$TMP/diff"))) \
		$(($2 >= 200 ? 15 : 2)) $(($2 >= 200 ? 60 : 95))
}

compare "filter alone" "$N"
# the same beside another filter
netns_of "$A" >$CTL/netns
compare "filter and namespace" $((N / 5))
echo none >$CTL/netns
finish
