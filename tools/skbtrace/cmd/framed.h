/* SPDX-License-Identifier: GPL-2.0 */
/* Recordings, among them those that are in a capture of their frames. */
#ifndef SKBTRACE_FRAMED_H
#define SKBTRACE_FRAMED_H

#include "show/input.h"

/*
 * As input_files(). What tcpdump wrote is made into recordings first, which
 * then stand in its place in @in. May be called again, if all are files.
 */
int framed_files(const struct show_opts *o, struct inputs *in);

#endif
