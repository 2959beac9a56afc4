/* SPDX-License-Identifier: GPL-2.0 */
/* Options shared by "record" and "live": what to trace, and how. */
#ifndef SKBTRACE_RECOPT_H
#define SKBTRACE_RECOPT_H

#include "kernel/scope.h"
#include "lib/opt.h"

struct filter;

struct spec {
	const char *text;
	const char *where;		/* FILE:LINE, NULL: -e */
};

struct recopt {
	const char *interface;		/* -i, NULL: a session of this host */
	const char *debugfs;		/* -r */
	const char *session;		/* --session, NULL: one of our own */
	const char *config;		/* -c */
	const char *conf;		/* the file that was read, or NULL */
	struct spec *specs;		/* of the file, then -e */
	const char *set;		/* if there is none of both */
	int nspecs;
	struct setting conn_filter;	/* -S, or the trailing expression */
	struct setting packet_filter;	/* -F */
	struct setting scope[NR_SCOPES];
	bool dump;			/* -d */
	const char *contexts;		/* -C */
	const char *cpus;		/* -p */
	const char *max_cost;		/* --max-cost */
	u64 duration_ns;		/* -w, 0: until Ctrl-C */
	u64 subbuf_size;		/* -b, 0: as it is */
	u64 subbuf_nr;			/* -n */
	bool has_hold;			/* --hold: */
	u64 hold;			/* bytes, 0: off */
	u64 max_events;
	bool strict;
	bool quiet;
};

/* Handlers for the tables. */
int recopt_spec(const char *arg, void *recopt);
int recopt_duration(const char *arg, void *ns);
int recopt_interval(const char *arg, void *ns);
int recopt_size(const char *arg, void *bytes);
int recopt_count(const char *arg, void *count);
int recopt_hold(const char *arg, void *recopt);

/* Options that select connections and packets: also lines of a conf file. */
#define CHOICE_OPTIONS(o)						\
	{ 'S', "conn-filter", "EXPR",					\
	  "only connections that match; the same as EXPRESSION",	\
	  OPT_STRING, &(o).conn_filter.text, NULL },			\
	{ 'F', "packet-filter", "EXPR", "only packets that match",	\
	  OPT_STRING, &(o).packet_filter.text, NULL },			\
	{ 0, "netns", "NETNS",						\
	  "only of this network namespace: NAME, PATH, PID or INODE",	\
	  OPT_STRING, &(o).scope[SCOPE_NETNS].text, NULL },		\
	{ 0, "dev", "DEV",						\
	  "only of this interface, NAME or INDEX, of --netns or of ours", \
	  OPT_STRING, &(o).scope[SCOPE_DEV].text, NULL },		\
	{ 0, "mark", "MARK", "only what has this mark: VALUE[/MASK]",	\
	  OPT_STRING, &(o).scope[SCOPE_MARK].text, NULL },		\
	{ 0, "cgroup", "PATH",						\
	  "only of sockets of this cgroup or below",			\
	  OPT_STRING, &(o).scope[SCOPE_CGROUP].text, NULL },		\
	{ 0, "pid", "PID", "only what happens in this process",	\
	  OPT_STRING, &(o).scope[SCOPE_PID].text, NULL }

/* A row for those that trace. */
#define SESSION_OPTION(dest)						\
	{ 0, "session", "NAME",						\
	  "trace in this session, made if there is none; \"default\" is"	\
	  " that of the control files at the top (without this option:"	\
	  " a new one, named by its pid)",				\
	  OPT_STRING, &(dest), NULL }

/* A row for those that take a session's frames as well. */
#define INTERFACE_OPTION(dest)					\
	{ 'i', "interface", "IFACE",					\
	  "take the events that come on IFACE as frames: a link of type\n" \
	  "skbtrace, or one that gets its frames",			\
	  OPT_STRING, &(dest), NULL }

/* Rows for a command's option table, destinations in @o, a struct recopt. */
#define RECORD_OPTIONS(o, set)						\
	{ 'e', "events", "SPEC",					\
	  "EVENT[,KEY=VALUE...], @SET, GLOB or probe (tcp:::send);"	\
	  " comma list, may be repeated "				\
	  "(default: " set "; skbtrace list shows what there is)",	\
	  OPT_CALL, &(o), recopt_spec },				\
	{ 'c', "config", "PATHS",					\
	  "read what to record from a file: the first that exists of these\n" \
	  "files, or directories that hold skbtrace.conf, colon-separated\n" \
	  "(default without -e: . and /etc/skbtrace)",			\
	  OPT_STRING, &(o).config, NULL },				\
	CHOICE_OPTIONS(o),						\
	{ 'd', "dump", NULL,						\
	  "print the programs of -S and -F, as tcpdump -d, and leave",	\
	  OPT_FLAG, &(o).dump, NULL },					\
	{ 'w', "seconds", "SECONDS", "stop after this time (10, 1.5, 2m, 1h)", \
	  OPT_CALL, &(o).duration_ns, recopt_duration },		\
	{ 'b', "subbuf-size", "SIZE",					\
	  "bytes of a sub-buffer, e.g. 256k (default: the kernel's, 128k)", \
	  OPT_CALL, &(o).subbuf_size, recopt_size },			\
	{ 'n', "subbuf-count", "COUNT",					\
	  "sub-buffers for each CPU (default: the kernel's, 8)",	\
	  OPT_CALL, &(o).subbuf_nr, recopt_count },			\
	{ 0, "hold", "SIZE",						\
	  "memory to hold events back in, for primary=, e.g. 16M; 0: none", \
	  OPT_CALL, &(o), recopt_hold },				\
	{ 'C', "contexts", "CTX", "only from these: task,softirq,hardirq", \
	  OPT_STRING, &(o).contexts, NULL },				\
	{ 'p', "cpus", "CPULIST", "only on these processors: 0,2-3",	\
	  OPT_STRING, &(o).cpus, NULL },				\
	{ 0, "max-cost", "SHARE",					\
	  "of the CPUs' time, what probes may take (1%, 0.25%): beyond it\n" \
	  "fewer connections are recorded, which the recording tells",	\
	  OPT_STRING, &(o).max_cost, NULL },				\
	SESSION_OPTION((o).session),					\
	{ 'r', "debugfs", "DIR",					\
	  "where debugfs is (default: /sys/kernel/debug)",		\
	  OPT_STRING, &(o).debugfs, NULL },				\
	{ 0, "max-events", "N", "stop after about N events (whole buffers)", \
	  OPT_CALL, &(o).max_events, recopt_count },			\
	{ 0, "strict", NULL, "exit 3 if events were lost",		\
	  OPT_FLAG, &(o).strict, NULL },				\
	{ 'q', "quiet", NULL, "no notices, no totals; errors and losses only", \
	  OPT_FLAG, &(o).quiet, NULL }

/*
 * With -i: is there none of the options that set up a session? 0, or an exit
 * code after a message.
 */
int recopt_only_frames(const struct recopt *o, const struct args *a);

/*
 * The trailing expression, words joined by blanks, becomes o->conn_filter.
 * 0, or an exit code after a message (both -S and an expression).
 */
int recopt_expression(struct recopt *o, const struct args *a);

/*
 * Compile the filters into @f[NR_FILTERS], to be freed in any case. 0, or an
 * exit code after a message.
 */
int recopt_filters(const struct recopt *o, struct filter *f);

/* Implements -d; returns an exit code. */
int recopt_dump(const struct recopt *o);

#endif
