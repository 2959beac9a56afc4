/* SPDX-License-Identifier: GPL-2.0 */
/* What is remembered of bytes on their way. */
#ifndef _NET_SKBTRACE_MARKS_H
#define _NET_SKBTRACE_MARKS_H

#include "run.h"

u64 skbtrace_marks_bytes(void);
int skbtrace_marks_make(struct skbtrace_run *run);
void skbtrace_marks_reset(struct skbtrace_run *run);
void skbtrace_marks_free(struct skbtrace_run *run);

#endif /* _NET_SKBTRACE_MARKS_H */
