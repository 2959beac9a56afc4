# SPDX-License-Identifier: GPL-2.0
# where.awk SYMBOLS OFF ON: instructions an event by function, ON less OFF. All
# three are sorted by address; -v trips= events.

FNR == 1 { file++ }

file == 1 { addr[++n] = $1; name[n] = $3 ($4 ? " " $4 : ""); next }
FNR == 1 { i = 0 }
{
	while (i < n && addr[i + 1] <= $1)
		i++
	sum[i ? name[i] : "userspace"] += file == 2 ? -$2 : $2
}

END {
	for (f in sum) {
		v = sum[f] / trips
		all += v
		if (v >= 0.2 || v <= -0.2)
			printf "%8.1f  %s\n", v, f
	}
	printf "%8.1f  ALL\n", all
}
