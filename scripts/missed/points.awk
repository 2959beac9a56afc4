# SPDX-License-Identifier: GPL-2.0
# points.awk RESULTS: LINK SIZE TOOL DATAGRAMS-A-SECOND PERCENT-MISSED of each

{
	printf "%s %d %s %.0f %.2f\n", $1, $2, $6, $4 * 1000000000 / $5,
	       100 * ($4 - $9) / $4
}
