/* SPDX-License-Identifier: GPL-2.0 */
/* Events by number, as "why" names them: --seq. */
#ifndef SKBTRACE_SEQS_H
#define SKBTRACE_SEQS_H

#include "trace/decode.h"

struct seqs {
	u32 n;
	struct seq_range {
		u32 trace;	/* 1: the first on the command line; 0: any */
		u32 cpu;	/* SEQ_ANY_CPU */
		u64 from, to;	/* both included */
	} *v;
	char *text;		/* as they were typed */
};

#define SEQ_ANY_CPU	UINT32_MAX

/*
 * "[[TRACE/]CPU:]N[-N],..." is added; 0, or an exit code after a message. As
 * an option's handler.
 */
int seqs_parse(const char *list, void *seqs);
void seqs_free(struct seqs *s);
/* Is @r, of the trace @trace (0: the first), among them? */
bool seqs_have(const struct seqs *s, u32 trace, const struct rec *r);

#endif
