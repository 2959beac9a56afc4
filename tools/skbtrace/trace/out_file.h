/* SPDX-License-Identifier: GPL-2.0 */
/* The output file of -o. */
#ifndef SKBTRACE_OUT_FILE_H
#define SKBTRACE_OUT_FILE_H

#include "lib/out.h"

/*
 * Write to the file @name, which is truncated. 0, or an exit code after a
 * message; a capture file is refused.
 */
int out_file(struct out *o, const char *name);
/* Never overwrite a capture file: -o may be mistaken for the input. */
bool is_capture(int fd);

#endif
