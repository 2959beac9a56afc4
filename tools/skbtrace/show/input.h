/* SPDX-License-Identifier: GPL-2.0 */
/* Reading input files and pipes. */
#ifndef SKBTRACE_INPUT_H
#define SKBTRACE_INPUT_H

#include "show/show.h"

/* The default input. */
#define DEFAULT_FILE	"skbtrace.dat"

enum { MAX_INPUTS = 1024 };

struct inputs {
	const char *name[MAX_INPUTS];
	u32 n;
	const int *fd;		/* open already, if not -1; NULL: by name */
	const char *format;	/* file: they are trace.cpuN, NULL: captures */
};

/* 0, or an exit code after a message. */
int inputs_add(struct inputs *in, const char *name);
/* Operands of a command; the default, if none has been named. */
int inputs_operands(struct inputs *in, int n, char **names);

/* "-" is stdin. 0, or an exit code after a message. */
int input_open(const char *name, int *fd);
/* The whole file, to be freed. 0, or an exit code after a message. */
int input_text(const char *name, char **text, size_t *len);
/* For messages. */
const char *input_name(const char *name);

/* All of them, shown; the exit code. */
int input_files(const struct show_opts *o, const struct inputs *in);

/*
 * A whole capture, from a file or, if it is the only input (@alone), from a
 * pipe: then lines come while it is read. @fd must stay open until
 * show_close(). 0, or an exit code after a message.
 */
int input_capture(struct show *s, const char *name, int fd, bool alone);

/* A chunk that is skipped, and why; what is wrong with the end of a file. */
void input_damaged(const char *name, const struct sbt_chunk *c);
bool input_trouble(const char *name, const struct sbt_reader *rd);

/* A file of sub-buffers, one behind the other, each telling its size. */
struct raw {
	const char *name;
	int fd;
	const struct format *fmt;
	u64 next;
	u64 off;		/* of the one in turn */
	bool cut;		/* it ends too early, or is damaged: was told */
};

/* 1: another one; 0: no more; an exit code, negative, after a message. */
int raw_next(struct raw *r, struct sb_info *info);

/* A file read from trace.cpuN: sub-buffers of @t, whose format is known. */
int input_raw(struct show *s, struct trace *t, const char *name, int fd);

#endif
