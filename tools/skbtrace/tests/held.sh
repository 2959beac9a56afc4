#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse --summary: what held a connection back, against known answers. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq

# held SCENARIO TEXT LIFE PARTS: compares the cell, without the verdict, and its JSON
held() {
	local got
	gen_held "held_$1" "$1.dat"
	"$S" parse --summary "$1.dat" >out 2>err
	got=$(sed -n 's/  => .*//; s/^10\.0\.2\.1.*  -\/-  *//p' out)
	[ "$got" = "$2" ] || echo "is: $got, expected: $2" >>why
	got=$(awk '/^10/ { print $3 }' out)
	[ "$got" = "$3" ] || echo "life: $got, expected: $3" >>why
	got=$("$S" parse --summary --json "$1.dat" 2>>err | jq -r \
		'.held | map("\(.by)=\(.us)") | join(" ")')
	[ "$got" = "$4" ] || echo "JSON: $got, expected: $4" >>why
	[ ! -s why ]
	result $? "$1"
}

held runs "swnd 50%  cwnd 40%  app 10%" 1.000s \
	"swnd=500000 cwnd=400000 app=100000"
held was "swnd 60%  nagle 30%  app 10%" 1.000s \
	"swnd=600000 nagle=300000 app=100000"
held skip "cwnd 55%  app 45%" 1.000s "cwnd=550000 app=450000"
held loss "cwnd 40%  loss 30%  swnd 30%" 1.000s \
	"cwnd=400000 loss=300000 swnd=300000"
held loss_answer "loss 63%  app 30%  peer 5%  rtt 2%" 1.000s \
	"loss=630000 app=300000 peer=50000 rtt=20000"
held loss_asking "loss 85%  app 10%  peer 3%  rtt 2%" 1.000s \
	"loss=850000 app=100000 peer=30000 rtt=20000"
held probe "app 75%  loss 22%  rtt 2%  peer 1%" 1.000s \
	"app=750000 loss=220000 rtt=20000 peer=10000"
held probe_now "app 75%  loss 22%  rtt 2%  peer 1%" 1.000s \
	"app=750000 loss=220000 rtt=20000 peer=10000"
held probe_copy "app 75%  loss 22%  rtt 2%  peer 1%" 1.000s \
	"app=750000 loss=220000 rtt=20000 peer=10000"
held probe_vain "app 75%  loss 22%  rtt 2%  peer 1%" 1.000s \
	"app=750000 loss=220000 rtt=20000 peer=10000"
held probe_loss "app 75%  loss 25%" 1.000s "app=745000 loss=255000"
held no_answer "open  peer 68%  app 26%  rtt 6%" 1.000s \
	"peer=680000 app=260000 rtt=60000"
held no_answer_end "peer 68%  app 26%  rtt 6%" 1.000s \
	"peer=680000 app=260000 rtt=60000"
held no_question "app 96%  rtt 4%" 1.000s "app=960000 rtt=40000"
held no_answer_before "app 98%  rtt 2%" 1.000s "app=980000 rtt=20000"
held parts "peer 60%  app 36%  rtt 4%" 1.000s \
	"peer=600000 app=360000 rtt=40000"
held parts_long "app 96%  rtt 4%" 1.000s "app=960000 rtt=40000"
held parts_late "app 96%  rtt 4%" 1.000s "app=960000 rtt=40000"
held small "loss 50%  cwnd 30%  app 20%" 1.000s \
	"loss=500000 cwnd=300000 app=200000"
held small_kernel "loss 65%  cwnd 25%  app 10%" 1.000s \
	"loss=650000 cwnd=250000 app=100000"
held loss_open_end "loss 75%  cwnd 25%" 1.000s "loss=750000 cwnd=250000"
held ca "cwnd 70%  loss 30%" 1.000s "cwnd=700000 loss=300000"
held ca_only "cwnd 100%" 1.000s "cwnd=1000000"
held ca_skip "cwnd 100%" 1.000s "cwnd=1000000"
held both "cwnd 90%  loss 10%" 1.000s "cwnd=900000 loss=100000"
held kernel "cwnd 40%  swnd 30%  loss 20%  app 10%" 1.000s \
	"cwnd=400000 swnd=300000 loss=200000 app=100000"
held kernel_all "app 60%  swnd 30%  loss 10%" 1.000s \
	"app=600000 swnd=300000 loss=100000"
held open "open  swnd 97%  app 3%" 1.000s "swnd=970000 app=30000"
held open_unknown "open" 1.000s ""
held words "moonlight 40%  #77 30%  app 20%  #78 10%" 1.000s \
	"moonlight=400000 #77=300000 app=200000 #78=100000"
held late "cwnd 75%  app 25%" 1.000s "cwnd=750000 app=250000"
held lost "?" 1.000s ""
held lost_loss "?" 1.000s ""
held lost_other "swnd 50%  cwnd 40%  app 10%" 1.000s \
	"swnd=500000 cwnd=400000 app=100000"
held lost_open "open  ?" 1.000s ""
gen_held held_many many.dat
"$S" parse --summary --json many.dat >out
jq -e '.held[0].by == "other" and (.held | length) == 16 and
	(.held | map(.us) | add) == 1000000' out >/dev/null 2>why
result $? "more reasons than a row tells apart"

# of a part of the trace, the shares are of that part
"$S" parse --summary --json --since 0.25 --until 0.75 open.dat >out
[ "$(jq -c '[.life_us, (.held | map(.by)), (.held | map(.us))]' out)" = '[500000,["swnd"],[500000]]' ] ||
	cat out >why
[ ! -s why ]
result $? "--since after the only event: what held goes on"
"$S" parse --summary --json --until 0.5 runs.dat >out
got=$(jq -c '[.open, .life_us, (.held | map(.by)), (.held | map(.us))]' out)
[ "$got" = '[true,500000,["cwnd","app"],[400000,100000]]' ] || echo "$got" >why
[ ! -s why ]
result $? "--until cuts the timeline"

echo "1..$n"
exit $failed
