/* SPDX-License-Identifier: GPL-2.0 */
/* What a program can call, and which names mean something in it. */
#ifndef SKBTRACE_D_FUNC_H
#define SKBTRACE_D_FUNC_H

#include "provider/type.h"

enum fn {
	/* actions: statements of their own */
	ACT_PRINTF, ACT_TRACE, ACT_PRINTA, ACT_CLEAR, ACT_TRUNC, ACT_NORMALIZE,
	ACT_DENORMALIZE, ACT_EXIT,
	NR_ACTIONS,
	/* subroutines */
	FN_STRLEN = NR_ACTIONS, FN_STRJOIN, FN_SUBSTR, FN_INDEX, FN_RINDEX,
	FN_STRSTR, FN_TOUPPER, FN_TOLOWER, FN_LLTOSTR, FN_STRTOLL, FN_SWAP16,
	FN_SWAP32, FN_SWAP64, FN_INET_NTOA, FN_INET_NTOA6, FN_INET_NTOP,
};

struct func {
	const char *name;
	enum fn id;
	/* s string, i integer, a address of IPv4, A of IPv6, x of either; the
	 * rest behind | may be left out. Of actions: NULL, they look themselves
	 */
	const char *params;
	struct type type;
};

const struct func *func_find(const char *name);

enum builtin {
	VAR_TIMESTAMP, VAR_WALLTIMESTAMP, VAR_PID, VAR_EXECNAME, VAR_CPU,
	VAR_ID, VAR_PROBEPROV, VAR_PROBEMOD, VAR_PROBEFUNC, VAR_PROBENAME,
};

/* False: there is none of that name. */
bool builtin_find(const char *name, enum builtin *b, struct type *t);

/* What D has and we have not: why; NULL: that is nothing of D. */
const char *refused(const char *name);

enum agg_kind {
	AGG_COUNT, AGG_SUM, AGG_AVG, AGG_MIN, AGG_MAX, AGG_STDDEV, AGG_QUANTIZE,
	AGG_LQUANTIZE, AGG_LLQUANTIZE,
};

struct aggfunc {
	const char *name;
	enum agg_kind kind;
	u8 values;		/* integers it takes */
	u8 least, most;		/* numbers behind that */
};

const struct aggfunc *aggfunc_find(const char *name);

#endif
