# SPDX-License-Identifier: GPL-2.0
# table.awk ROWS RESULT: the table of bench.sh; -v style=text|markdown|json|tap,
# trips= events in a round, only= rows wanted.
#
# The traffic alone, on the same kernel, is taken off; rows in "over" are ratios to
# it, rows in "times" to the kernel without skbtrace. Fails if a row has no result, or is dearer
# than its limit.

FILENAME == ARGV[1] {
	if (/^#/ || !NF)
		next
	unit[$1] = $2; traffic[$1] = $3; target[$1] = $4; limit[$1] = $5
	row = $1
	$1 = $2 = $3 = $4 = $5 = ""
	what[row] = substr($0, 6)
	next
}

$1 == "ns" {
	v = $4 / $3
	n[$2]++
	sum[$2] += v
	if (!($2 in least) || v < least[$2])
		least[$2] = v
	if (v > most[$2])
		most[$2] = v
}

$1 == "seen" { sent[$2] = $3; seen[$2] = $4; lost[$2] = $5 }

function is_ratio(row) {
	return unit[row] == "times" || unit[row] == "over"
}

function cost(row, v) {
	if (unit[row] == "times")
		return v / least["base-plain-" traffic[row]]
	if (unit[row] == "over")
		return v / least["plain-" traffic[row]]
	v -= least["plain-" traffic[row]]
	return unit[row] == "each" && seen[row] ? v * sent[row] / seen[row] : v
}

# A tracer's reader runs in bursts: the least round may be one without it
function typical(row) {
	return cost(row, unit[row] == "mean" ? sum[row] / n[row] : least[row])
}

function show(row, v) {
	return sprintf(is_ratio(row) ? "%.4f" : "%.0f", v)
}

function verdict(row) {
	if (target[row] == "-")
		return ""
	return show(row, typical(row)) + 0 <= target[row] + 0 ? "met" : "missed"
}

# Dearer than it was, by more than what another compiler may make of it?
function worse(row) {
	return limit[row] != "-" && !is_ratio(row) &&
	       typical(row) > limit[row] + 5
}

function tap_row(row) {
	printf "%sok - %s: %s, was %s\n", worse(row) ? "not " : "", row,
	       show(row, typical(row)), limit[row]
}

function json_row(row, first) {
	printf "%s\n  {\"row\": \"%s\", \"what\": \"%s\", \"traffic\": \"%s\", " \
	       "\"unit\": \"%s\", \"cost\": %s, \"worst\": %s, \"target\": %s, " \
	       "\"met\": %s, \"rounds\": %d, \"events\": %s, \"seen\": %s, \"lost\": %s}",
	       first ? "" : ",", row, what[row], traffic[row],
	       is_ratio(row) ? "ratio" : "instructions",
	       show(row, typical(row)), show(row, cost(row, most[row])),
	       target[row] == "-" ? "null" : target[row],
	       target[row] == "-" ? "null" : verdict(row) == "met" ? "true" : "false",
	       n[row], trips * n[row],
	       row in seen ? seen[row] : "null", row in lost ? lost[row] : "null"
}

function text_row(row,   c, fmt) {
	c = typical(row)
	fmt = style == "markdown" ? "| %s, %s | %s | %s | %s | %s | %s |\n" : \
				    "%-52s %10s %8s %7s  %-7s %s\n"
	if (style == "markdown")
		printf fmt, what[row], toupper(traffic[row]), show(row, c),
		       show(row, cost(row, most[row]) - c),
		       target[row] == "-" ? "" : target[row], verdict(row),
		       lost[row] + 0 ? lost[row] " of " sent[row] : ""
	else
		printf fmt, what[row] " (" traffic[row] ")", show(row, c),
		       show(row, cost(row, most[row]) - c),
		       target[row], verdict(row),
		       note(row)
}

# A tracer that did not see what was sent has not done the work that is measured
function note(row,   s) {
	if (!(row in seen))
		return ""
	if (seen[row] < sent[row] && unit[row] != "each")
		s = sprintf("saw %d of %d", seen[row], sent[row])
	if (lost[row] + 0)
		s = s (s ? ", " : "") "lost " lost[row]
	return s
}

function traffic_alone(   row, name, line) {
	for (row in least) {
		if (!sub(/^plain-/, "", row))
			continue
		name = row
		line = line (line ? ", " : "") name " " \
			sprintf("%.0f", least["plain-" name])
	}
	printf "\ntraffic alone: %s\n", line
}

END {
	if (style == "markdown")
		print "| what | instructions | ± | target | | lost |\n" \
		      "|---|---:|---:|---:|---|---|"
	else if (style == "json")
		printf "{\"events_per_round\": %d, \"rounds\": %d, \"traffic\": {" \
		       "\"udp\": %.0f, \"tcp\": %.0f}, \"rows\": [", trips, rounds,
		       least["plain-udp"], least["plain-tcp"]
	else if (style == "text")
		printf "%-52s %10s %8s %7s\n", "instructions an event", "cost", "+-", "target"
	count = split(only, rows)
	for (i = 1; i <= count; i++) {
		if (!(rows[i] in least)) {
			failed++
			if (style == "tap")
				printf "not ok - %s: no result\n", rows[i]
			else
				printf "bench: no result for %s\n", rows[i] >"/dev/stderr"
			continue
		}
		failed += worse(rows[i])
		if (worse(rows[i]) && style != "tap")
			printf "bench: %s takes %s, it was %s\n", rows[i],
			       show(rows[i], typical(rows[i])),
			       limit[rows[i]] >"/dev/stderr"
		if (style == "json")
			json_row(rows[i], i == 1)
		else if (style == "tap")
			tap_row(rows[i])
		else
			text_row(rows[i])
	}
	if (style == "json")
		print "\n]}"
	else if (style == "text")
		traffic_alone()
	else if (style == "tap")
		printf "%d passed, %d failed\n", count - failed, failed
	exit failed > 0
}
