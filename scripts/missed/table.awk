# SPDX-License-Identifier: GPL-2.0
# table.awk RESULTS: the tables of skbtrace.rst about what sniffers miss

BEGIN {
	nr_all = split("skbtrace skbtrace96 tcpdump tcpdump96 dumpcap ring",
		       all_tools)
	title["skbtrace"] = "skbtrace"
	title["skbtrace96"] = "... of 96"
	title["tcpdump"] = "tcpdump"
	title["tcpdump96"] = "... -s 96"
	title["dumpcap"] = "dumpcap"
	title["ring"] = "TPACKET_V3"
	BUSY = 80
}

{
	place = $1 ", " $2 " bytes"
	if (!(place in known)) {
		known[place] = 1
		places[++nr] = place
	}
	rate = $4 * 1000 * 1000 / $5
	missed = $4 - $9
	# shares come in rising order
	if (missed > 0)
		over[place, $6] = 1
	else if (!over[place, $6])
		free[place, $6] = rate
	if ($3 == BUSY)
		busy[place, $6] = 100 * missed / $4
	sent[$6] += $4
	gone[$6] += missed
	told[$6] += $10
}

function head(first,   i) {
	print rule
	printf "%-18s", first
	for (i = 1; i in tool; i++)
		printf i + 1 in tool ? " %-12s" : " %s", title[tool[i]]
	print "\n" rule
}

# VALUES[KEY, TOOL], or "-"
function row(first, values, key, fmt,   i) {
	printf "%-18s", first
	for (i = 1; i in tool; i++)
		printf " %12s", (key, tool[i]) in values ? \
			sprintf(fmt, values[key, tool[i]]) : "-"
	print ""
}

END {
	rule = "=================="
	for (i = 1; i <= nr_all; i++) {
		if (!(all_tools[i] in sent))
			continue
		tool[++n] = all_tools[i]
		rule = rule " ============"
	}
	print "The highest rate at which nothing was missed, in 1000 a second (``-``: at each\nsome were):\n"
	head("\\")
	for (i = 1; i <= nr; i++)
		row(places[i], free, places[i], "%.1f")
	print rule
	printf "\nPercent missed when the sender takes %d %% of the processor:\n\n", BUSY
	head("\\")
	for (i = 1; i <= nr; i++)
		row(places[i], busy, places[i], "%.0f")
	print rule
	print "\nAll points together, and what the sniffers have told of it:\n"
	for (i = 1; i in tool; i++) {
		all["sent", tool[i]] = sent[tool[i]]
		all["missed", tool[i]] = gone[tool[i]]
		all["told", tool[i]] = told[tool[i]]
	}
	head("\\")
	row("sent", all, "sent", "%d")
	row("missed", all, "missed", "%d")
	row("told as lost", all, "told", "%d")
	print rule
}
