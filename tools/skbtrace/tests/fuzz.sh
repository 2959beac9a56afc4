#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# fuzz.sh [SECONDS [SEED]]: all that reads recordings gets mutated ones. TAP. FUZZ is
# the test program, best built with sanitizers (make fuzz).
set -u
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# shellcheck source=../../testing/selftests/net/skbtrace/need.sh
. "$here/../../testing/selftests/net/skbtrace/need.sh"
need python3
if [ -z "${FUZZ:-}" ]; then
	echo "1..0 # SKIP no FUZZ program given"
	exit 0
fi
for s in basic big lost order zoo conns pipe_marks v6_only backward; do
	"$here/gen.py" $s "$tmp/$s" || exit 1
done
more=(stack payload delay_receive delay_lo delay_gaps delay_lost delay_strange)
for s in "${more[@]}"; do
	"$here/gen_more.py" "$s" "$tmp/$s" || exit 1
done
for s in held_loss held_probe held_small held_ca held_many; do
	"$here/gen_held.py" "$s" "$tmp/$s" || exit 1
done
history=(basic split lost rotated summary latency bad_time bad_flags pipe)
for s in "${history[@]}"; do
	"$here/gen_history.py" "$s" "$tmp/history-$s" || exit 1
done
early=(two again other pipe_two)
for s in "${early[@]}"; do
	"$here/gen_early.py" "$s" "$tmp/early-$s" || exit 1
done
for s in story both_ends lost held hostile extremes; do
	"$here/gen_report.py" "$s" "$tmp/report-$s" || exit 1
done
exec "$FUZZ" "${1:-3}" "${2:-1}" "$tmp"/*
