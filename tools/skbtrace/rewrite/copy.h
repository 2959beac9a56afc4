/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One recording is written, from one or from its parts. Each function returns
 * 0, an exit code after a message, or -EPIPE.
 */
#ifndef SKBTRACE_REWRITE_COPY_H
#define SKBTRACE_REWRITE_COPY_H

#include "rewrite/subbuf.h"

struct copy {
	struct reading rd;
	struct trace *raw;	/* NULL: captures */
	char *format;		/* the one in force, NULL: none yet */
	struct meta_seen {
		char *text;	/* with its name before it */
		struct meta_seen *next;
	} *metas;		/* of several parts: what is written */
	bool has_end;		/* the last part has one */
	struct sbt_end end;	/* of all parts */
	u32 nparts;
};

/* @parts: several are to come. */
void copy_begin(struct copy *c, struct job *j, bool parts);

/* All of @r, the recording number @id of those that are read. */
int copy_part(struct copy *c, struct sbt_reader *r, const char *name, u32 id);

/* What trace.cpuN gave, file after file; @format is the text of that file. */
int copy_raw_format(struct copy *c, const char *name, const char *format,
		    size_t len);
int copy_raw(struct copy *c, const char *name, int fd);

/* No more comes; END, if all of it is there. */
int copy_finish(struct copy *c);
/* Whatever happened. */
void copy_free(struct copy *c);

#endif
