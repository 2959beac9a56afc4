// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <unistd.h>

#include "d/macro.h"

static s64 process_group(void)
{
	return getpgrp();
}

static s64 session_leader(void)
{
	return getsid(0);
}

#define ID(call)	static s64 own_##call(void) { return call(); }
ID(getpid)
ID(getppid)
ID(getuid)
ID(geteuid)
ID(getgid)
ID(getegid)

static const struct {
	const char *name;
	s64 (*get)(void);
} macros[] = {
	{ "$pid", own_getpid }, { "$ppid", own_getppid },
	{ "$uid", own_getuid }, { "$euid", own_geteuid },
	{ "$gid", own_getgid }, { "$egid", own_getegid },
	{ "$pgid", process_group }, { "$sid", session_leader },
};

s64 d_macro(struct program *p, const char *name, u32 pos)
{
	for (size_t i = 0; i < ARRAY_SIZE(macros); i++)
		if (!strcmp(macros[i].name, name))
			return macros[i].get();
	if (strcmp(name, "$target"))
		d_error(p, pos, "no macro variable \"%s\": there are $1, $$1, $target, $pid, $ppid, $uid, $euid, $gid, $egid, $pgid and $sid",
			name);
	else if (!p->target)
		d_error(p, pos, "$target is the process of -c COMMAND, which is not given");
	return p->target;
}
