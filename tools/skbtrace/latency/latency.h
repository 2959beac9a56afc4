/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control file "latency": how long bytes took in each stage of their way,
 * as histograms that the kernel keeps. Parsed, and printed in several forms.
 */
#ifndef SKBTRACE_STAGES_LATENCY_H
#define SKBTRACE_STAGES_LATENCY_H

#include "lib/heat.h"
#include "lib/util.h"

struct out;

struct lat_bucket {
	u64 from, width;	/* ns */
	u64 count;
};

/* A histogram: of a stage, or of a part of one */
struct lat_stage {
	char name[24];
	char why[16];	/* what the bytes waited for; "": not told */
	char key[48];	/* whose, of --by; "": of all together */
	bool sent;
	u64 count, sum_ns;
	struct lat_bucket *v;
	u32 n;
};

struct lat_missed {
	char why[16];
	u64 count;
};

enum { LAT_MISSED = 8 };

struct lat {
	u64 every;		/* bytes; 0: nothing is measured */
	u64 started_ns, now_ns;
	char by[16];		/* what keys are; "": there are none */
	struct lat_missed missed[LAT_MISSED];
	u32 nmissed;
	struct lat_stage *stage;	/* of all together, then by key */
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

/*
 * The first stage comes in parts, by what its bytes waited for. The part that
 * is named first gets the sum of all as its own row before it: lat_whole().
 */
bool lat_begins_parts(const struct lat *l, u32 i);
/* The sum of the parts from @i on. The caller frees @whole->v. */
void lat_whole(struct lat_stage *whole, const struct lat *l, u32 i);

/* Is @i asked for? @only: that stage, NULL: all; by key if there are keys. */
bool lat_shown(const struct lat *l, u32 i, const char *only);
/* The indices of what is shown, with the keys that took most time first */
u32 *lat_order(const struct lat *l, const char *only, u32 *n);

/* @only: this stage, NULL: all */
void lat_table(const struct lat *l, const char *only, struct out *o);
void lat_json(const struct lat *l, const char *only, struct out *o);
void lat_prometheus(const struct lat *l, const char *only, struct out *o);

/* Prints a row: what has come since the last one, by latency. */
struct heat {
	u64 before[HEAT_CELLS];
	u32 lines;
};

void heat_line(struct heat *h, const struct lat *l, const char *stage,
	       struct out *o);

#endif
