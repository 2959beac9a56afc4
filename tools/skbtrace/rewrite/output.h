/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The output file: written under another name until it is complete, and removed
 * on failure. All return 0, an exit code after a message, or -EPIPE if the
 * reader of a pipe has gone.
 */
#ifndef SKBTRACE_REWRITE_OUTPUT_H
#define SKBTRACE_REWRITE_OUTPUT_H

#include "record/outfile.h"

struct rewrite_opts {
	const char *out;	/* -o */
	bool force, quiet;
};

struct output {
	struct outfile f;
	char *part;		/* what a signal is to remove */
	u32 recordings;
	bool open, named;
};

int output_open(struct output *o, const struct rewrite_opts *opts);

/* A recording begins, the first one or another one. */
int output_begin(struct output *o);
int output_chunk(struct output *o, u32 type, u32 cpu, const void *p,
		 size_t len);
int output_format(struct output *o, const char *text);
int output_meta(struct output *o, const char *name, const char *text);
int output_mark(struct output *o, u32 cpu, u64 complete_ns);
int output_end(struct output *o, const struct sbt_end *end);

/* Rename it, or remove it if @code is an error, which is returned. */
int output_close(struct output *o, int code);

#endif
