# SPDX-License-Identifier: GPL-2.0
# figure.gp, with points=, links=, sizes=, have= (tools) and out=: a panel for each
# link and size, a line for each tool

set terminal svg size 1000,60+220*words(links) dynamic enhanced background '#ffffff' font 'sans-serif,11'
set output out

tools = "skbtrace skbtrace96 tcpdump tcpdump96 dumpcap ring"
array Name[6] = ["skbtrace --packets", "... =96", "tcpdump -s 0", "tcpdump -s 96", \
		 "dumpcap", "TPACKET\\_V3"]
array Colour[6] = ["#c0392b", "#e8a39b", "#2c3e50", "#7f8c8d", "#2980b9", "#d68910"]
array Point[6] = [7, 6, 5, 4, 9, 13]

lines(l, s, t) = sprintf("< awk '$1 == \"%s\" && $2 == %s && $3 == \"%s\" { print $4 / 1000, $5 }' %s | sort -n", l, s, t, points)

# pixels below the panels, for their axis and the names
height = 60 + 220 * words(links)
bottom = 95.0 / height
set multiplot layout words(links),words(sizes) margins 0.07,0.985,bottom,1-30.0/height \
	spacing 0.045,62.0/height
set yrange [-3:100]
set xrange [0:*]
set ytics 25 nomirror
set xtics nomirror font ',8'
set border 3
set grid ytics lc '#dddddd'
unset key
do for [l in links] {
	do for [s in sizes] {
		set title sprintf("%s, %s bytes", l, s) offset 0,-0.6
		if (s eq word(sizes, 1)) { set ylabel "% missed" offset 1.5,0 } \
		else { unset ylabel }
		if (l eq word(links, words(links))) { set xlabel "1000 a second offered" offset 0,0.5 } \
		else { unset xlabel }
		plot for [i = 1:6] lines(l, s, word(tools, i)) using 1:2 \
			with linespoints lc rgb Colour[i] lw 1.6 pt Point[i] ps 0.6
	}
}
# The names, once, below all
unset title
unset xlabel
unset ylabel
unset border
unset tics
unset grid
set lmargin at screen 0.05
set rmargin at screen 0.95
set tmargin at screen 45.0 / height
set bmargin at screen 0.0
set key center center horizontal maxrows 1
set yrange [0:1]
set xrange [0:1]
plot for [i = 1:6] NaN with linespoints lc rgb Colour[i] lw 1.6 pt Point[i] ps 0.6 \
	title strstrt(have, " ".word(tools, i)." ") ? Name[i] : ""
unset multiplot
