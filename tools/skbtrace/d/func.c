// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "d/func.h"

#define INT8	TYPE_INT(8, true)
#define STR	TYPE_STRING
#define NOTHING	TYPE_VOID

static const struct func funcs[] = {
	{ "printf", ACT_PRINTF, NULL, NOTHING },
	{ "trace", ACT_TRACE, NULL, NOTHING },
	{ "printa", ACT_PRINTA, NULL, NOTHING },
	{ "clear", ACT_CLEAR, NULL, NOTHING },
	{ "trunc", ACT_TRUNC, NULL, NOTHING },
	{ "normalize", ACT_NORMALIZE, NULL, NOTHING },
	{ "denormalize", ACT_DENORMALIZE, NULL, NOTHING },
	{ "exit", ACT_EXIT, NULL, NOTHING },
	{ "strlen", FN_STRLEN, "s", INT8 },
	{ "strjoin", FN_STRJOIN, "ss", STR },
	{ "substr", FN_SUBSTR, "si|i", STR },
	{ "index", FN_INDEX, "ss|i", TYPE_INT(4, true) },
	{ "rindex", FN_RINDEX, "ss", TYPE_INT(4, true) },
	{ "strstr", FN_STRSTR, "ss", STR },
	{ "toupper", FN_TOUPPER, "s", STR },
	{ "tolower", FN_TOLOWER, "s", STR },
	{ "lltostr", FN_LLTOSTR, "i|i", STR },
	{ "strtoll", FN_STRTOLL, "s|i", INT8 },
	{ "htons", FN_SWAP16, "i", TYPE_INT(2, false) },
	{ "ntohs", FN_SWAP16, "i", TYPE_INT(2, false) },
	{ "htonl", FN_SWAP32, "i", TYPE_INT(4, false) },
	{ "ntohl", FN_SWAP32, "i", TYPE_INT(4, false) },
	{ "htonll", FN_SWAP64, "i", TYPE_INT(8, false) },
	{ "ntohll", FN_SWAP64, "i", TYPE_INT(8, false) },
	{ "inet_ntoa", FN_INET_NTOA, "a", STR },
	{ "inet_ntoa6", FN_INET_NTOA6, "A", STR },
	{ "inet_ntop", FN_INET_NTOP, "ix", STR },
};

const struct func *func_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(funcs); i++)
		if (!strcmp(funcs[i].name, name))
			return &funcs[i];
	return NULL;
}

static const struct {
	const char *name;
	enum builtin var;
	struct type type;
} builtins[] = {
	{ "timestamp", VAR_TIMESTAMP, TYPE_INT(8, false) },
	{ "walltimestamp", VAR_WALLTIMESTAMP, TYPE_INT(8, true) },
	{ "pid", VAR_PID, TYPE_INT(4, true) },
	{ "execname", VAR_EXECNAME, STR },
	{ "cpu", VAR_CPU, TYPE_INT(4, true) },
	{ "id", VAR_ID, TYPE_INT(4, false) },
	{ "probeprov", VAR_PROBEPROV, STR },
	{ "probemod", VAR_PROBEMOD, STR },
	{ "probefunc", VAR_PROBEFUNC, STR },
	{ "probename", VAR_PROBENAME, STR },
};

bool builtin_find(const char *name, enum builtin *b, struct type *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
		if (!strcmp(builtins[i].name, name)) {
			*b = builtins[i].var;
			*t = builtins[i].type;
			return true;
		}
	return false;
}

#define MEMORY	"it reads memory, which no recording holds"
#define STACK	"a recording has a stack as an event's option (-e EVENT,stack), not here"
#define ACTS	"it acts on the system, which a recording is no more"
#define THREAD	"an event of the network is of no thread"

const char *refused(const char *name)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
		{ "copyin", MEMORY }, { "copyinstr", MEMORY },
		{ "copyinto", MEMORY }, { "copyout", MEMORY },
		{ "copyoutstr", MEMORY }, { "alloca", MEMORY },
		{ "bcopy", MEMORY }, { "tracemem", MEMORY },
		{ "curthread", MEMORY }, { "curpsinfo", MEMORY },
		{ "curlwpsinfo", MEMORY }, { "curcpu", MEMORY },
		{ "stack", STACK }, { "ustack", STACK }, { "jstack", STACK },
		{ "stackdepth", STACK }, { "ustackdepth", STACK },
		{ "caller", STACK }, { "ucaller", STACK },
		{ "sym", STACK }, { "func", STACK }, { "mod", STACK },
		{ "usym", STACK }, { "ufunc", STACK }, { "umod", STACK },
		{ "system", ACTS }, { "raise", ACTS }, { "stop", ACTS },
		{ "panic", ACTS }, { "breakpoint", ACTS }, { "chill", ACTS },
		{ "freopen", ACTS }, { "ftruncate", ACTS },
		{ "tid", THREAD }, { "ppid", THREAD }, { "uid", THREAD },
		{ "gid", THREAD }, { "errno", THREAD },
		{ "vtimestamp", THREAD },
		{ "zonename", THREAD }, { "cwd", THREAD },
		{ "arg0", MEMORY }, { "arg1", MEMORY }, { "arg2", MEMORY },
		{ "arg3", MEMORY }, { "arg4", MEMORY }, { "arg5", MEMORY },
		{ "epid", "a clause has no number of its own" },
		{ "speculate", "nothing is speculative here" },
		{ "speculation", "nothing is speculative here" },
		{ "commit", "nothing is speculative here" },
		{ "discard", "nothing is speculative here" },
		{ "rand", "the same recording gives the same answer" },
		{ "sizeof", "structures have no size here" },
		{ "stringof", "what is a string is one already" },
		{ "setopt", "options are set on the command line, -x" },
		{ "print", "trace() prints a value" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].name, name))
			return rows[i].why;
	return NULL;
}

const struct aggfunc *aggfunc_find(const char *name)
{
	static const struct aggfunc rows[] = {
		{ "count", AGG_COUNT, 0, 0, 0 },
		{ "sum", AGG_SUM, 1, 0, 0 },
		{ "avg", AGG_AVG, 1, 0, 0 },
		{ "min", AGG_MIN, 1, 0, 0 },
		{ "max", AGG_MAX, 1, 0, 0 },
		{ "stddev", AGG_STDDEV, 1, 0, 0 },
		{ "quantize", AGG_QUANTIZE, 1, 0, 0 },
		{ "lquantize", AGG_LQUANTIZE, 1, 2, 3 },
		{ "llquantize", AGG_LLQUANTIZE, 1, 4, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}
