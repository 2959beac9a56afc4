/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control file "latency": how long bytes took in each stage of their way,
 * as histograms that the kernel keeps. Parsed, and printed in several forms.
 */
#ifndef SKBTRACE_STAGES_LATENCY_H
#define SKBTRACE_STAGES_LATENCY_H

#include "lib/util.h"

struct out;

struct lat_bucket {
	u64 from, width;	/* ns */
	u64 count;
};

struct lat_stage {
	char name[24];
	bool sent;
	u64 count, sum_ns;
	struct lat_bucket *v;
	u32 n;
};

struct lat_missed {
	char why[16];
	u64 count;
};

enum { LAT_STAGES = 32, LAT_MISSED = 8 };

struct lat {
	u64 every;		/* bytes; 0: nothing is measured */
	u64 started_ns, now_ns;
	struct lat_missed missed[LAT_MISSED];
	u32 nmissed;
	struct lat_stage stage[LAT_STAGES];
	u32 n;
};

/*
 * Cuts up @text. Skips keys of a newer kernel. False: the text is not that
 * file's. The caller frees the result in either case.
 */
bool lat_parse(struct lat *l, char *text);
void lat_free(struct lat *l);

/* The percentile @percent, as the middle of its bucket. */
u64 lat_percentile(const struct lat_stage *s, u32 percent);
/* The upper bound of the highest bucket in use; 0: none is. */
u64 lat_max(const struct lat_stage *s);

/* @only: this stage, NULL: all */
void lat_table(const struct lat *l, const char *only, struct out *o);
void lat_json(const struct lat *l, const char *only, struct out *o);
void lat_prometheus(const struct lat *l, const char *only, struct out *o);

/* Prints a row: what has come since the last one, by latency. */
enum { HEAT_CELLS = 56 };

struct heat {
	u64 before[HEAT_CELLS];
	u32 lines;
};

void heat_line(struct heat *h, const struct lat *l, const char *stage,
	       struct out *o);

#endif
