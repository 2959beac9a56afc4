// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "kernel/ctl.h"
#include "kernel/netns.h"
#include "lib/io.h"
#include "lib/num.h"
#include "lib/run.h"
#include "linux/skbtrace_api.h"
#include "record/meta.h"
#include "record/session.h"

enum { TOOL_MS = 1000, MAX_SMALL = 65536, MAX_DEVS = 32 };

/* Settings of TCP and of the receive path */
static const char *const sysctls[] = {
	"net/ipv4/tcp_*",
	"net/core/default_qdisc",
	"net/core/[rw]mem_*",
	"net/core/netdev_*",
	"net/core/optmem_max",
	"net/core/rps_sock_flow_entries",
	"net/core/somaxconn",
	"net/core/busy_*",
};

/* Excluded: a key, and long lists of constants */
static const char *const not_wanted[] = {
	"tcp_fastopen_key", "tcp_available_ulp", "netdev_rss_key",
};

static char *slurp(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *s = xmalloc(MAX_SMALL + 1);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read_all(fd, s, MAX_SMALL);
		close(fd);
	}
	if (n < 0) {
		free(s);
		return NULL;
	}
	s[n] = '\0';
	if (len)
		*len = n;
	return s;
}

static char *slurp_line(const char *path)
{
	char *s = slurp(path, NULL);

	if (s)
		s[strcspn(s, "\n")] = '\0';
	return s;
}

/* Text that grows. */
struct text {
	char *s;
	size_t len;
};

static void add(struct text *t, const char *s, size_t n)
{
	t->s = xrealloc(t->s, t->len + n + 1);
	memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = '\0';
}

static void add_str(struct text *t, const char *s)
{
	add(t, s, strlen(s));
}

/* ---- one function for each name; NULL: not available ---- */

static char *get_uname(void)
{
	struct utsname u;

	uname(&u);
	return xasprintf("%s %s %s %s\n", u.sysname, u.release, u.version,
			 u.machine);
}

/* Recordings with the same boot id share a clock. */
char *meta_boot_id(void)
{
	return slurp("/proc/sys/kernel/random/boot_id", NULL);
}

static char *get_hostname(void)
{
	struct utsname u;

	uname(&u);
	return xasprintf("%s\n", u.nodename);
}

/* Quoted for a shell. */
static char *get_cmdline(void)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%+=:,./_-";
	struct text t = {};
	size_t len, n;
	char *s = slurp("/proc/self/cmdline", &len), *p;

	if (!s)
		return NULL;
	for (p = s; p < s + len; p += n + 1) {
		n = strlen(p);
		if (p != s)
			add_str(&t, " ");
		if (n && strspn(p, plain) == n) {
			add(&t, p, n);
			continue;
		}
		add_str(&t, "'");
		for (size_t i = 0; i < n; i++)
			add_str(&t, p[i] == '\'' ? "'\\''" :
				(char[]){ p[i], '\0' });
		add_str(&t, "'");
	}
	add_str(&t, "\n");
	free(s);
	return t.s;
}

static bool wanted(const char *path)
{
	const char *base = strrchr(path, '/') + 1;

	for (size_t i = 0; i < ARRAY_SIZE(not_wanted); i++)
		if (!strcmp(base, not_wanted[i]))
			return false;
	return true;
}

/* Lines as sysctl(8) prints them. */
static void add_sysctl(struct text *t, const char *path)
{
	char *val = slurp_line(path), *name;

	if (!val)
		return;
	for (char *p = val; *p; p++)
		if (*p == '\t')
			*p = ' ';
	name = xstrdup(path + strlen("/proc/sys/"));
	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '.';
	add_str(t, name);
	add_str(t, " = ");
	add_str(t, val);
	add_str(t, "\n");
	free(name);
	free(val);
}

static char *get_sysctls(void)
{
	struct text t = {};

	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		char *pattern = xasprintf("/proc/sys/%s", sysctls[i]);
		glob_t g;

		if (!glob(pattern, 0, NULL, &g)) {
			for (size_t j = 0; j < g.gl_pathc; j++)
				if (wanted(g.gl_pathv[j]))
					add_sysctl(&t, g.gl_pathv[j]);
			globfree(&g);
		}
		free(pattern);
	}
	return t.s;
}

static char *tool(const char *const *argv)
{
	struct run r;

	run(&r, argv, TOOL_MS);
	if (r.status < 0 || !*r.out) {
		free(r.out);
		return NULL;
	}
	return r.out;
}

static char *get_qdiscs(void)
{
	static const char *const argv[] = {
		"tc", "-s", "-d", "qdisc", "show", NULL
	};

	return tool(argv);
}

/* Segmentation and checksums, which change how packets look in a capture. */
static bool offload_wanted(const char *line)
{
	static const char *const keys[] = {
		"Features for", "tx-checksumming:", "rx-checksumming:",
		"scatter-gather:", "tcp-segmentation-offload:",
		"generic-segmentation-offload:", "generic-receive-offload:",
		"large-receive-offload:", "tx-udp-segmentation:", "rx-gro-",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strncmp(line, keys[i], strlen(keys[i])))
			return true;
	return false;
}

static void add_offloads(struct text *t, char *out)
{
	char *line, *save;

	for (line = strtok_r(out, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (!offload_wanted(line))
			continue;
		add_str(t, line);
		add_str(t, "\n");
	}
}

static void ask_ethtool(struct text *t, const char *dev)
{
	const char *const argv[] = { "ethtool", "-k", dev, NULL };
	char *out = tool(argv);

	if (out)
		add_offloads(t, out);
	free(out);
}

static char *get_offloads(void)
{
	struct text t = {};
	glob_t g;

	ask_ethtool(&t, "*");
	/* A kernel without ethtool's netlink does not know "all". */
	if (t.s || glob("/sys/class/net/*", 0, NULL, &g))
		return t.s;
	for (size_t i = 0; i < g.gl_pathc && i < MAX_DEVS; i++)
		ask_ethtool(&t, strrchr(g.gl_pathv[i], '/') + 1);
	globfree(&g);
	return t.s;
}

static char *get_module(void)
{
	static const char *const files[] = { "version", "srcversion", "taint" };
	struct text t = {};
	glob_t g;

	if (glob("/sys/module/skbtrace*", 0, NULL, &g))
		return xstrdup("built in\n");
	for (size_t i = 0; i < g.gl_pathc; i++) {
		add_str(&t, strrchr(g.gl_pathv[i], '/') + 1);
		for (size_t j = 0; j < ARRAY_SIZE(files); j++) {
			char *path = xasprintf("%s/%s", g.gl_pathv[i],
					       files[j]);
			char *val = slurp_line(path);

			if (val && *val) {
				add_str(&t, " ");
				add_str(&t, files[j]);
				add_str(&t, " ");
				add_str(&t, val);
			}
			free(val);
			free(path);
		}
		add_str(&t, "\n");
	}
	globfree(&g);
	return t.s;
}

static const struct source {
	const char *name;
	char *(*get)(void);
	bool netns;		/* each network namespace has its own */
} sources[] = {
	{ "uname",	get_uname,	false },
	{ "boot_id",	meta_boot_id,	false },
	{ "cmdline",	get_cmdline,	false },
	{ "module",	get_module,	false },
	{ "sysctls",	get_sysctls,	true },
	{ "qdiscs",	get_qdiscs,	true },
	{ "offloads",	get_offloads,	true },
};

static char *get_there(const struct source *s, u32 netns)
{
	char *text;
	int own;

	if (!s->netns || !netns || netns == netns_own())
		return s->get();
	/* Those of our own one would be wrong, and nothing to tell there. */
	own = netns_enter(netns);
	if (own < 0)
		return NULL;
	text = s->get();
	netns_leave(own);
	return text;
}

void meta_collect(struct meta_list *m, const struct ctl *c)
{
	u64 netns;

	if (!ctl_exists(c, "netns") || !ctl_number(c, "netns", &netns))
		netns = 0;
	m->v = xcalloc(ARRAY_SIZE(sources), sizeof(*m->v));
	m->n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		char *text = get_there(&sources[i], netns);

		if (!text)
			continue;
		m->v[m->n].name = sources[i].name;
		m->v[m->n++].text = text;
	}
}

static int clocks(meta_put *put, void *arg, const char *name, u64 mono,
		  u64 real)
{
	char text[128];

	snprintf(text, sizeof(text), "mono_ns %llu real_ns %llu\n",
		 (unsigned long long)mono, (unsigned long long)real);
	return put(arg, name, text);
}

int meta_clock(meta_put *put, void *arg)
{
	/* The error is at most the difference of the outer two readings. */
	u64 before = mono_ns(), real = real_ns(), after = mono_ns();

	return clocks(put, arg, "clock", before + (after - before) / 2, real);
}

/* The CPUs with data: a merge waits for each of them. */
static char *cpulist(const struct reader *r)
{
	struct text t = {};

	for (int i = 0; i < r->nr; i++) {
		char num[16];

		snprintf(num, sizeof(num), "%s%u", i ? "," : "",
			 r->cpus[i].cpu);
		add_str(&t, num);
	}
	add_str(&t, "\n");
	return t.s;
}

int meta_each(const struct meta_list *m, const struct session *s,
	      meta_put *put, void *arg)
{
	char *host = get_hostname(), *cpus = cpulist(&s->reader);
	int err;

	/* The same in each file of a recording: the origin of time. */
	err = clocks(put, arg, "start", s->start_ns, s->start_real_ns);
	if (!err)
		err = meta_clock(put, arg);
	if (!err)
		err = put(arg, "hostname", host);
	if (!err)
		err = put(arg, "cpus", cpus);
	if (!err)
		err = put(arg, "events", s->specs);
	if (!err && *s->choice)
		err = put(arg, "filters", s->choice);
	if (!err && s->hold)
		err = put(arg, "hold", s->hold);
	for (int i = 0; !err && m && i < m->n; i++)
		err = put(arg, m->v[i].name, m->v[i].text);
	free(host);
	free(cpus);
	return err;
}

void meta_free(struct meta_list *m)
{
	for (int i = 0; i < m->n; i++)
		free(m->v[i].text);
	free(m->v);
	m->v = NULL;
	m->n = 0;
}
