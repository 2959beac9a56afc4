/* SPDX-License-Identifier: GPL-2.0 */
/* The filters there are, and what they are called. */
#ifndef SKBTRACE_FILTER_KIND_H
#define SKBTRACE_FILTER_KIND_H

enum filter_kind {
	FILTER_CONN,		/* judges connections */
	FILTER_PACKET,		/* judges packets */
	NR_FILTERS
};

/*
 * "connections", "packets": what it judges; "connection filter"; its control
 * file; "-S", "-F".
 */
const char *filter_noun(enum filter_kind kind);
const char *filter_name(enum filter_kind kind);
const char *filter_file(enum filter_kind kind);
const char *filter_option(enum filter_kind kind);

#endif
