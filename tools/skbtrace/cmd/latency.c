// SPDX-License-Identifier: GPL-2.0
/* latency: where the time of bytes goes, as the kernel counts it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "latency/latency.h"
#include "lib/nearest.h"
#include "lib/num.h"
#include "lib/out.h"
#include "record/session.h"

#define EVENT		"tcp_segment"
#define STAGES_FIELD	"ended"
#define DEFAULT_EVERY	"64k"
#define DEFAULT_HEAT	"network+peer"

static struct recopt what;
static const char *every = DEFAULT_EVERY, *sample, *stage, *by;
static u64 interval_ns, count;
static bool json, prometheus, heat;

static const struct opt opts[] = {
	{ 'w', "seconds", "SECONDS",
	  "stop after this time (10, 1.5, 2m, 1h)", OPT_CALL,
	  &what.duration_ns, recopt_duration },
	{ 'i', "interval", "SECONDS",
	  "print it each time (default: 1 on a terminal, else once at the end)",
	  OPT_CALL, &interval_ns, recopt_interval },
	{ 'n', "count", "COUNT", "leave after so many times", OPT_CALL, &count,
	  recopt_count },
	{ 0, "every", "SIZE",
	  "measure a byte in so many: a power of two, 1k or more (default "
	  DEFAULT_EVERY ")", OPT_STRING, &every, NULL },
	{ 0, "sample", "N", "one in N connections", OPT_STRING, &sample, NULL },
	{ 0, "stage", "STAGE", "only this stage, such as qdisc", OPT_STRING,
	  &stage, NULL },
	{ 0, "by", "KEY", "of each peer, port or cgroup: the first 32 of them",
	  OPT_STRING, &by, NULL },
	{ 0, "heat", NULL,
	  "a line each time, the darker the more took so long\n"
	  "(of " DEFAULT_HEAT ", unless a stage is chosen)",
	  OPT_FLAG, &heat, NULL },
	{ 0, "json", NULL, "one JSON object a stage", OPT_FLAG, &json, NULL },
	{ 0, "prometheus", NULL, "histograms in the text form of Prometheus",
	  OPT_FLAG, &prometheus, NULL },
	{ 'S', "conn-filter", "EXPR",
	  "only connections that match; the same as EXPRESSION", OPT_STRING,
	  &what.conn_filter.text, NULL },
	{ 0, "netns", "NETNS",
	  "only of this network namespace: NAME, PATH, PID or INODE",
	  OPT_STRING, &what.scope[SCOPE_NETNS].text, NULL },
	SESSION_OPTION(what.session),
	{ 'r', "debugfs", "DIR",
	  "where debugfs is (default: /sys/kernel/debug)", OPT_STRING,
	  &what.debugfs, NULL },
	{ 'q', "quiet", NULL, "no notices", OPT_FLAG, &what.quiet, NULL },
	{}
};

struct watch {
	struct sink sink;	/* first */
	const struct session *s;
	struct out o;
	struct heat heat;
	bool in_place;		/* each time where the time before was */
	u64 shown;
	int code;
};

/* ---- what is printed ---- */

static void print(struct watch *w, const struct lat *l)
{
	if (heat)
		heat_line(&w->heat, l, stage ? stage : DEFAULT_HEAT, &w->o);
	else if (json)
		lat_json(l, stage, &w->o);
	else if (prometheus)
		lat_prometheus(l, stage, &w->o);
	else
		lat_table(l, stage, &w->o);
}

static int show(struct watch *w)
{
	char *text = ctl_read(&w->s->ctl, "latency");
	struct lat l = { 0 };

	if (!text || !lat_parse(&l, text)) {
		w->code = fail(EXIT_FAILED, text ?
			       "%s/skbtrace/latency: not as it should be" :
			       "cannot read %s/skbtrace/latency: %m",
			       w->s->ctl.root);
	} else {
		if (w->in_place)
			outf(&w->o, "\033[H\033[J");
		else if (w->shown && !json && !heat)
			outf(&w->o, "\n");
		print(w, &l);
		out_flush(&w->o);
		w->shown++;
	}
	lat_free(&l);
	free(text);
	return w->code ? -EIO : w->o.dead ? -EPIPE : 0;
}

/* ---- the session: no event comes, it is asked from time to time ---- */

static int no_subbuf(struct sink *sink, u32 cpu,
		     const struct skbtrace_subbuf *h)
{
	(void)sink;
	(void)cpu;
	(void)h;
	return 0;
}

static int no_mark(struct sink *sink, u32 cpu, u64 complete_ns)
{
	(void)sink;
	(void)cpu;
	(void)complete_ns;
	return 0;
}

static int now_and_then(struct sink *sink)
{
	struct watch *w = (struct watch *)sink;
	u64 now = mono_ns();
	int err;

	if (!sink->due_ns || now < sink->due_ns)
		return 0;
	sink->due_ns = now + interval_ns;
	err = show(w);
	return err ? err : count && w->shown >= count ? -EPIPE : 0;
}

static const struct sink_ops ops = {
	.subbuf = no_subbuf, .mark = no_mark, .flush = now_and_then,
};

static int run_session(struct session *s)
{
	struct watch w = {
		.sink = { .ops = &ops, .stdout_fd = STDOUT_FILENO },
		.s = s,
	};
	int code = session_start(s);

	if (code)
		return code;
	out_open(&w.o, STDOUT_FILENO);
	w.in_place = isatty(STDOUT_FILENO) && !json && !prometheus && !heat;
	if (interval_ns)
		w.sink.due_ns = mono_ns() + interval_ns;
	code = session_run(s, &w.sink);
	if (!code && !w.o.dead && !(count && w.shown >= count))
		show(&w);
	if (!code && w.o.err)
		code = fail(EXIT_FAILED, "cannot write output: %s",
			    strerror(w.o.err));
	out_free(&w.o);
	return code ? code : w.code;
}

/* ---- before it ---- */

static int no_stage(const struct symtab *t)
{
	const char **words = xcalloc(t->n + 1, sizeof(*words));
	char *all = xstrdup("");
	const char *near;
	u32 n = 0;

	for (u32 i = 0; i < t->n; i++) {
		char *old = all;

		if (!strcmp(t->v[i].word, "-"))
			continue;
		words[n++] = t->v[i].word;
		all = xasprintf("%s %s", old, t->v[i].word);
		free(old);
	}
	near = nearest(stage, words);
	msg("--stage %s: no such stage", stage);
	if (near)
		hint("did you mean %s?", near);
	else
		hint("there are:%s", all);
	free(words);
	free(all);
	return EXIT_USAGE;
}

static int check_kernel(const struct ctl *c)
{
	if (ctl_exists(c, "latency"))
		return 0;
	msg("this kernel's skbtrace has no histograms of stages");
	hint("it is older than this program: install the module from the same source; or skbtrace record -e tcp_segment and parse --latency");
	return EXIT_FAILED;
}

/* Names of stages are the kernel's. */
static int check_stage(const struct format *f)
{
	const struct event *e = format_find(f, EVENT);
	const struct field *field = e ? event_field(e, STAGES_FIELD) : NULL;

	if (!stage || !field || !field->syms)
		return 0;
	for (u32 i = 0; i < field->syms->n; i++)
		if (!strcmp(field->syms->v[i].word, stage) && *stage != '-')
			return 0;
	return no_stage(field->syms);
}

/* What connections are told apart by; the kernel has the same words. */
static const char *const keys[] = { "peer", "port", "cgroup", NULL };

static int check_by(void)
{
	const char *near;

	if (!by)
		return 0;
	if (heat)
		return fail(EXIT_USAGE,
			    "one of --by and --heat: a line is of one stage");
	for (u32 i = 0; keys[i]; i++) {
		if (strcmp(keys[i], by))
			continue;
		if (i || !prometheus)
			return 0;
		msg("--prometheus --by peer: a label would be an address, of which there is no end");
		hint("--json has them; or --by port");
		return EXIT_USAGE;
	}
	near = nearest(by, keys);
	msg("--by %s: there is nothing of that name", by);
	if (near)
		hint("did you mean %s?", near);
	else
		hint("peer port cgroup");
	return EXIT_USAGE;
}

static int check(const struct args *a)
{
	int code;

	if (json + prometheus + heat > 1)
		return fail(EXIT_USAGE,
			    "one of --json, --prometheus and --heat");
	code = check_by();
	if (code)
		return code;
	if (strpbrk(every, ", \t\n"))
		return fail(EXIT_USAGE, "--every %s: not a size such as 64k",
			    every);
	if (sample && strpbrk(sample, ", \t\n"))
		return fail(EXIT_USAGE, "--sample %s: not a number", sample);
	if (!interval_ns && (count || heat || (isatty(STDOUT_FILENO) &&
					       !json && !prometheus)))
		interval_ns = NSEC_PER_SEC;
	return recopt_expression(&what, a);
}

static int run_latency(const struct args *a)
{
	struct session s;
	char *spec;
	int code = check(a);

	if (code)
		return code;
	spec = xasprintf(EVENT ",every=%s,hist%s%s%s%s", every, by ? "=" : "",
			 by ? by : "", sample ? ",sample=" : "",
			 sample ? sample : "");
	recopt_spec(spec, &what);
	code = session_prepare(&s, "latency", &what);
	if (!code)
		code = check_kernel(&s.ctl);
	if (!code)
		code = check_stage(s.format);
	if (!code)
		code = run_session(&s);
	session_end(&s);
	session_free(&s);
	free(what.specs);
	free(spec);
	return code;
}

const struct cmd cmd_latency = {
	.name = "latency",
	.args = "[EXPRESSION...]",
	.brief = "where the time of bytes goes, by stage, refreshed each second",
	.more =
"Of the bytes that --every chooses, the kernel counts how long each stage of\n"
"their way took; no event is written. Ends with Ctrl-C, -w or -n.\n\n"
"  skbtrace latency\n"
"  skbtrace latency 'port 443' -w 10\n"
"  skbtrace latency --by peer\n"
"  skbtrace latency --heat --stage qdisc --every 4k\n"
"  skbtrace latency --prometheus -w 60 >skbtrace.prom\n",
	.opts = opts,
	.run = run_latency,
};
