/* SPDX-License-Identifier: GPL-2.0 */
/* Files into the way from chunks to lines. */
#ifndef SKBTRACE_INPUT_H
#define SKBTRACE_INPUT_H

#include "show.h"

/*
 * A whole capture, from a file or, if it is the only input (@alone), from a
 * pipe: then lines come while it is read. @fd must stay open until
 * show_close(). 0, or an exit code after a message.
 */
int input_capture(struct show *s, const char *name, int fd, bool alone);

/* What trace.cpuN gave: sub-buffers of @t, whose format is known. */
int input_raw(struct show *s, struct trace *t, const char *name, int fd);

#endif
