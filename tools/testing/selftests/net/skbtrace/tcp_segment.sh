#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_segment: where the time of a byte goes, from write to ACK and from the
# device to the reader. Witness: delays that netem and the programs make.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=segment_lib.sh
. "$(dirname "$0")/segment_lib.sh"
need tc
segment_up
in_a tc qdisc add dev a0 root netem delay 10ms limit 10000 || skip "no netem"
in_b tc qdisc add dev b0 root netem delay 20ms limit 10000
ms=1000
slack=$((8 * ms))

# near NAME SIDE STAGE US: is the median of the stage at most $slack above that?
near() {
	within "$1: $2 $3" "$(of "$1" "$2" "$3" p50_us | cut -d. -f1)" \
		"$4" $(($4 + slack))
}

for f in 4 6 m; do
	record "bulk$f" tcp_segment,every=4k "$(addr B $f)" $f \
		"times 40 write 10000 again" eof
	near "bulk$f" sent qdisc $((10 * ms))
	near "bulk$f" sent network+peer $((20 * ms))
	sums "bulk$f"
	within "bulk$f: marks that came to their end" \
		"$(whole "bulk$f" complete)" 190 200
	is "bulk$f: both ends choose the same bytes" \
		"$(of "bulk$f" sent sent count)" \
		"$(of "bulk$f" received received count)"
	is "bulk$f: nothing is sent again" "$(whole "bulk$f" again)" 0
done

record reader tcp_segment,every=4k "$B4" 4 "write 30000" "pause 300000 eof"
# asleep since it has accepted, which may be a round trip before they come
within "reader: received socket" "$(of reader received socket p50_us |
	cut -d. -f1)" $((270 * ms)) $((300 * ms + slack))
sums reader

record every tcp_segment "$B4" 4 "times 20 write 1000 pause 1000 again" eof
sums every
is "every=1: each write is a piece or more" \
	"$(( $(whole every complete) >= 40 ))" 1

# lost, found out by SACK, sent again
in_a tc qdisc change dev a0 root netem delay 10ms loss 5% limit 10000
record lossy tcp_segment "$B4" 4 "times 100 write 10000 again" eof
sums lossy
within "lossy: some are sent again" "$(whole lossy again)" 1 1000
is "lossy: those had to wait for it" "$(of lossy sent resend count)" \
	"$(whole lossy again)"
is "lossy: SACK comes before ACK" \
	"$(( $(of lossy sent sacked count) > 0 ))" 1
is "lossy: what is out of order waits" \
	"$(( $(of lossy received ofo count) > 0 ))" 1

# a bad spec is refused, what was before stays
for bad in 3 0 4g 64x '' 4294967296; do
	! put enabled "tcp_segment,every=$bad" 2>/dev/null ||
		fail "every=$bad is refused"
	like "every=$bad: why" "$(cat "$CTL/error")" "*every=*"
done
put enabled "tcp_segment,every=64k"
is "every= reads as it was written" "$(cat "$CTL/enabled")" \
	"tcp_segment,every=64k"
put enabled '-*'
finish
