/* SPDX-License-Identifier: GPL-2.0 */
/* Colours of page and plot, in light and dark mode. */
#ifndef SKBTRACE_REPORT_PALETTE_H
#define SKBTRACE_REPORT_PALETTE_H

struct paint {
	const char *name, *light, *dark;
};

/*
 * The last one has no name. "held-WORD": what held a connection back, of which
 * "held-other" stands for those that are not here; "curve-N": of a chart.
 */
extern const struct paint palette[];

#endif
