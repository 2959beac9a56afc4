/* SPDX-License-Identifier: GPL-2.0 */
/* Who sends, what came of it, and what was lost. */
#ifndef SKBTRACE_FRAME_TABLE_H
#define SKBTRACE_FRAME_TABLE_H

#include "frame/senders.h"

/* On stdout; @path: where it is written. */
void table_print(const struct senders *all,
		 const char *(*path)(const struct sender *s));
/* On stderr: frames that were left out, and why. */
void table_faults(const struct senders *all);

#endif
