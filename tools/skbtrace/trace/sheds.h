/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a part of the connections was recorded only, since probes took more time
 * than they might (max_cost): the SHED blocks of a recording.
 */
#ifndef SKBTRACE_SHEDS_H
#define SKBTRACE_SHEDS_H

#include "trace/decode.h"

/* A change; each CPU tells it, some more than once. */
struct shed {
	u64 since;		/* CLOCK_MONOTONIC, nanoseconds */
	u32 factor;		/* one in so many connections; 0: none */
	u32 was;
	u32 share_ppm;		/* of all CPUs' time, what probes took */
	u32 limit_ppm;
};

struct sheds {
	struct shed *v;		/* in order of time */
	u32 n;
};

/* @r is a SHED. */
void rec_shed(const struct rec *r, struct shed *s);

/* false: it is known already. */
bool sheds_add(struct sheds *l, const struct shed *s);
void sheds_free(struct sheds *l);

/* The factor after the last change. */
u32 sheds_factor(const struct sheds *l);

/*
 * "from 12.300 s on 1 of 4 connections", times counted from @t0. Long lists are
 * summed up.
 */
enum { SHEDS_TEXT = 240 };

void sheds_text(const struct sheds *l, u64 t0, char buf[SHEDS_TEXT]);

/* "2.13%" */
enum { PPM_TEXT = 16 };

char *fmt_ppm(char buf[PPM_TEXT], u32 ppm);

/* "all", "1/4", "none" */
char *fmt_factor(char buf[PPM_TEXT], u32 factor);

#endif
