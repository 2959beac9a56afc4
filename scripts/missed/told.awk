# SPDX-License-Identifier: GPL-2.0
# told.awk RESULTS: is what skbtrace has in its file, and what it says it has
# lost, all that was sent? A line of TAP for each point, then the counts.

$6 ~ /^skbtrace/ {
	n++
	sent = $4 * $7
	ok = $8 + $10 == sent && $9 <= $4
	failed += !ok
	printf "%sok %d - %s: %s, %s bytes, %s%%: %d sent, %d in the file, %d told as lost\n",
	       ok ? "" : "not ", n, $6, $1, $2, $3, sent, $8, $10
	lost += $10
}

END {
	# a test in which nothing was lost has not tested that it is told
	if (n && !lost)
		print "not ok " n + ++failed " - something was lost"
	printf "%d passed, %d failed\n", n - failed, failed
	exit failed > 0
}
