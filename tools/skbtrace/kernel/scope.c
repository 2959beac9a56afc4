// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/ctl.h"
#include "kernel/netns.h"
#include "kernel/scope.h"
#include "lib/num.h"

/* Inode number of the initial pid namespace */
#define INIT_PIDNS	0xeffffffcu

static const char *const names[NR_SCOPES] = {
	[SCOPE_NETNS] = "netns", [SCOPE_DEV] = "dev", [SCOPE_MARK] = "mark",
	[SCOPE_CGROUP] = "cgroup", [SCOPE_PID] = "pid",
};

const char *scope_name(enum scope_kind kind)
{
	return names[kind];
}

/* ---- what the control files take; 0 or an exit code after a message ---- */

static int number_text(u32 number, char **text)
{
	*text = xasprintf("%u", number);
	return 0;
}

static int find_netns(const struct setting *v, char **text)
{
	const char *arg = v[SCOPE_NETNS].text;
	u32 inode;
	int code;

	if (arg) {
		code = netns_find(arg, &inode);
		return code ? code : number_text(inode, text);
	}
	/* Indexes of interfaces are those of one namespace. */
	if (!v[SCOPE_DEV].text)
		return 0;
	inode = netns_own();
	if (!inode)
		return fail(EXIT_FAILED,
			    "cannot read our network namespace: %m");
	return number_text(inode, text);
}

static int find_dev(const struct setting *v, char **text)
{
	u32 inode = netns_own(), index;
	int code = 0;

	if (!v[SCOPE_DEV].text)
		return 0;
	if (v[SCOPE_NETNS].text)
		code = netns_find(v[SCOPE_NETNS].text, &inode);
	if (!code)
		code = netns_dev(inode, v[SCOPE_DEV].text, &index);
	return code ? code : number_text(index, text);
}

/* A C number of 32 bits up to @stop. */
static bool c_number(const char *s, char stop, u32 *val, const char **end)
{
	unsigned long long v;
	char *e;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	v = strtoull(s, &e, 0);
	if (errno || v > UINT32_MAX || (*e && *e != stop))
		return false;
	*val = v;
	*end = e;
	return true;
}

static int find_mark(const struct setting *v, char **text)
{
	const char *arg = v[SCOPE_MARK].text, *p;
	u32 value, mask;

	if (!arg)
		return 0;
	if (!c_number(arg, '/', &value, &p) ||
	    (*p && (!c_number(p + 1, '\0', &mask, &p) || !mask))) {
		msg("--mark %s: not a mark", arg);
		hint("VALUE or VALUE/MASK, numbers of 32 bits, the mask not 0:"
		     " 7, 0x10/0xf0");
		return EXIT_USAGE;
	}
	if (!strchr(arg, '/')) {
		*text = xasprintf("0x%x", value);
		return 0;
	}
	if (value & ~mask) {
		msg("--mark %s: nothing can match, the value has bits that"
		    " the mask has not", arg);
		hint("--mark 0x%x/0x%x", value & mask, mask);
		return EXIT_USAGE;
	}
	*text = xasprintf("0x%x/0x%x", value, mask);
	return 0;
}

/* Where the cgroup2 hierarchy is mounted, to be freed; NULL: nowhere. */
static char *cgroup_mount(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *found = NULL;
	size_t cap = 0;

	while (f && !found && getline(&line, &cap, f) > 0) {
		char root[2], dir[PATH_MAX];

		/* ID PARENT MAJ:MIN ROOT DIR OPTIONS... - TYPE ... */
		if (strstr(line, " - cgroup2 ") &&
		    sscanf(line, "%*s %*s %*s %1[/]%4095s", root, dir) == 2 &&
		    !strncmp(strchr(line, '/'), "/ ", 2))
			found = xstrdup(dir);
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

static int no_cgroup(const char *arg, const char *top, const char *why)
{
	msg("--cgroup %s: %s", arg, why);
	hint("a folder below %s, or its path there: /system.slice/foo.service",
	     top);
	hint("systemd-cgls shows them");
	return EXIT_USAGE;
}

/* @top/@arg, or @arg if that begins with @top; "..", links are followed. */
static char *cgroup_path(const char *top, const char *arg)
{
	size_t n = strlen(top);
	char *path, *real;

	if (!strncmp(arg, top, n) && (!arg[n] || arg[n] == '/'))
		path = xstrdup(arg);
	else
		path = xasprintf("%s/%s", top, arg);
	real = realpath(path, NULL);
	free(path);
	return real;
}

static int find_cgroup(const struct setting *v, char **text)
{
	const char *arg = v[SCOPE_CGROUP].text;
	char *top, *path;
	struct stat st;
	int code = 0;
	size_t n;

	if (!arg)
		return 0;
	top = cgroup_mount();
	if (!top) {
		msg("--cgroup %s: no cgroup2 hierarchy is mounted", arg);
		hint("mount -t cgroup2 none /sys/fs/cgroup");
		return EXIT_FAILED;
	}
	path = cgroup_path(top, arg);
	n = strlen(top);
	if (!path)
		code = no_cgroup(arg, top, "no such cgroup");
	else if (strncmp(path, top, n) || (path[n] && path[n] != '/'))
		code = no_cgroup(arg, top, "not in the cgroup2 hierarchy");
	else if (stat(path, &st) || !S_ISDIR(st.st_mode))
		code = no_cgroup(arg, top, "not a folder");
	else
		*text = xstrdup(path[n] ? path + n : "/");
	free(path);
	free(top);
	return code;
}

/* A line of /proc/PID/status as a number; 0: none. */
static u32 status_number(u64 pid, const char *key)
{
	char *path = xasprintf("/proc/%llu/status", (unsigned long long)pid);
	FILE *f = fopen(path, "re");
	char line[256];
	u32 val = 0;

	free(path);
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			val = strtoul(line + strlen(key), NULL, 10);
	if (f)
		fclose(f);
	return val;
}

static int find_pid(const struct setting *v, char **text)
{
	const char *arg = v[SCOPE_PID].text;
	struct stat st;
	u64 pid;
	u32 tgid;

	if (!arg)
		return 0;
	if (!parse_u64(arg, &pid) || !pid || pid > INT32_MAX) {
		msg("--pid %s: not the number of a process", arg);
		hint("--pid $(pidof -s NAME)");
		return EXIT_USAGE;
	}
	*text = xasprintf("%llu", (unsigned long long)pid);
	/* In another pid namespace our pids differ: nothing can be checked. */
	if (stat("/proc/self/ns/pid", &st) || st.st_ino != INIT_PIDNS) {
		msg("--pid %s: taken as the host counts processes", arg);
		return 0;
	}
	tgid = status_number(pid, "Tgid:");
	if (tgid == pid)
		return 0;
	free(*text);
	*text = NULL;
	if (!tgid)
		return fail(EXIT_USAGE, "--pid %s: no such process", arg);
	msg("--pid %s: a thread of process %u", arg, tgid);
	hint("--pid %u is for all of its threads", tgid);
	return EXIT_USAGE;
}

static int (*const find[NR_SCOPES])(const struct setting *v, char **text) = {
	[SCOPE_NETNS] = find_netns, [SCOPE_DEV] = find_dev,
	[SCOPE_MARK] = find_mark, [SCOPE_CGROUP] = find_cgroup,
	[SCOPE_PID] = find_pid,
};

/* ---- */

static int set(const struct ctl *c, enum scope_kind kind, const char *text)
{
	char *line;
	int code;

	if (!ctl_exists(c, names[kind])) {
		msg("this kernel's skbtrace does not choose by %s",
		    names[kind]);
		hint("its module is older than this program: install both from"
		     " the same source");
		return EXIT_FAILED;
	}
	line = xasprintf("%s\n", text);
	code = ctl_write(c, names[kind], line);
	free(line);
	return code;
}

int scope_set(const struct ctl *c, const struct setting *v)
{
	int code = 0;

	for (int i = 0; !code && i < NR_SCOPES; i++) {
		char *text = NULL;

		msg_where(v[i].where);
		code = find[i](v, &text);
		if (!code && text)
			code = set(c, i, text);
		msg_where(NULL);
		free(text);
	}
	return code;
}

/* ---- names for numbers ---- */

char *scope_describe(enum scope_kind kind, const char *value)
{
	char buf[128], *path, *end;
	u64 number;
	FILE *f;

	if (!parse_u64(value, &number) || number > UINT32_MAX)
		return NULL;
	if (kind == SCOPE_NETNS)
		return number == netns_own() ? xstrdup("this one") :
					       netns_name(number);
	if (kind == SCOPE_DEV)
		return if_indextoname(number, buf) ? xstrdup(buf) : NULL;
	if (kind != SCOPE_PID)
		return NULL;
	path = xasprintf("/proc/%llu/comm", (unsigned long long)number);
	f = fopen(path, "re");
	free(path);
	if (!f)
		return NULL;
	end = fgets(buf, sizeof(buf), f);
	fclose(f);
	if (!end)
		return NULL;
	buf[strcspn(buf, "\n")] = '\0';
	return xstrdup(buf);
}
