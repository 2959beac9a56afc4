/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A capture file that is being written, as NAME.part; it is renamed to NAME
 * when it is complete. A crash leaves NAME.part, which can be read up to its
 * end.
 */
#ifndef SKBTRACE_OUTFILE_H
#define SKBTRACE_OUTFILE_H

#include "trace/file.h"

enum outfile_mode {
	OUT_BACKUP,		/* one that is there becomes NAME.old */
	OUT_NEW,		/* refuse if there is one */
	OUT_REPLACE,		/* -f */
	OUT_UNNAMED,		/* no name: in the folder of this name */
};

struct outfile {
	char *name;		/* NULL: stdout */
	char *part;		/* NULL: written in place (stdout, a device) */
	enum outfile_mode mode;
	bool whole_only;	/* what could not be written to its end goes */
	int fd;
	struct sbt_writer *w;
	bool failed;		/* and that has been told */
	u64 lost_before;	/* of the session, when this file began */
	u64 bytes;		/* of all of it, when it is finished */
};

/*
 * "-": stdout. @how: of enum sbt_how. 0, or an exit code after a message, or
 * -EPIPE without.
 */
int outfile_open(struct outfile *o, const char *name, enum outfile_mode mode,
		 unsigned int how);

/*
 * A write has failed with @err: print a message, and truncate an incomplete
 * chunk. Returns @err; -EPIPE without a message.
 */
int outfile_failed(struct outfile *o, int err);

/* END if @end, then the final name. 0, or an exit code after a message. */
int outfile_finish(struct outfile *o, const struct sbt_end *end);

/* Nothing was recorded: no file. */
void outfile_drop(struct outfile *o);

#endif
