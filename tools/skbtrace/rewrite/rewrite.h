/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rewrites recordings: reads, keeps or changes, writes.
 *
 *	struct rewrite rw = { .job = { .o = &opts, .ops = &ops } };
 *
 *	code = rewrite_open(&rw, &inputs);	files, and OUT is there
 *	code = code ? code : rewrite_run(&rw);
 *	code = rewrite_close(&rw, code);	OUT has its name, or is gone
 *
 * Sub-buffers keep their order; of each, the blocks that are kept are written,
 * with the same sequence numbers.
 */
#ifndef SKBTRACE_REWRITE_H
#define SKBTRACE_REWRITE_H

#include "rewrite/job.h"
#include "rewrite/output.h"
#include "rewrite/plan.h"
#include "rewrite/sources.h"
#include "show/input.h"

struct rewrite {
	struct job job;
	struct sources src;
	struct plan plan;
	bool once;		/* one input, which may be a pipe: no plan */
};

/* The rows of a command's table, destinations in a struct rewrite_opts. */
#define REWRITE_OPTIONS(o)						\
	{ 'o', "output", "FILE",					\
	  "write FILE, which must not exist; - for stdout",		\
	  OPT_STRING, &(o).out, NULL },					\
	{ 'f', "force", NULL, "overwrite FILE", OPT_FLAG, &(o).force,	\
	  NULL },							\
	{ 'q', "quiet", NULL,						\
	  "no totals; damage and losses are told nevertheless",		\
	  OPT_FLAG, &(o).quiet, NULL }

/* Each returns 0, or an exit code after a message; -EPIPE without one. */
int rewrite_open(struct rewrite *rw, const struct inputs *in);
int rewrite_run(struct rewrite *rw);
/* @code: how it went; the exit code of all. */
int rewrite_close(struct rewrite *rw, int code);

#endif
