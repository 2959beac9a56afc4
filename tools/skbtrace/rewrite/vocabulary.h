/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words that are harmless in a filter or a command line: those of pcap-filter,
 * of this program, and of a format.
 */
#ifndef SKBTRACE_REWRITE_VOCABULARY_H
#define SKBTRACE_REWRITE_VOCABULARY_H

#include "trace/format.h"

struct vocabulary {
	const struct format *of;
	char **v;		/* sorted */
	u32 n;
};

/* Those of @f, too. */
void vocabulary_take(struct vocabulary *w, const struct format *f);
bool vocabulary_has(const struct vocabulary *w, const char *word);
void vocabulary_free(struct vocabulary *w);

#endif
