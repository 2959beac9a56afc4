/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A capture file under way. It is written as NAME.part and takes its name when
 * it is whole, so that what is called NAME always is; a crash leaves NAME.part,
 * which can be read up to where it ends.
 */
#ifndef SKBTRACE_OUTFILE_H
#define SKBTRACE_OUTFILE_H

#include "file.h"

enum outfile_mode {
	OUT_BACKUP,		/* one that is there becomes NAME.old */
	OUT_NEW,		/* refuse if there is one */
	OUT_REPLACE,		/* -f */
};

struct outfile {
	char *name;		/* NULL: stdout */
	char *part;		/* NULL: written in place (stdout, a device) */
	enum outfile_mode mode;
	int fd;
	struct sbt_writer *w;
	u64 events;
	u64 lost_before;	/* of the session, when this file began */
};

/* "-": stdout. 0, or an exit code after a message, or -EPIPE without. */
int outfile_open(struct outfile *o, const char *name, enum outfile_mode mode);

/*
 * A write came back with @err: say so, cut off what is half a chunk. Returns
 * @err; -EPIPE without words.
 */
int outfile_failed(struct outfile *o, int err);

/* END if @end, then the final name. 0, or an exit code after a message. */
int outfile_finish(struct outfile *o, const struct sbt_end *end);

/* Nothing was recorded: no file. */
void outfile_drop(struct outfile *o);

#endif
