// SPDX-License-Identifier: GPL-2.0
/* info: the content of a recording, and facts about the machine. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "show/info.h"
#include "trace/decode.h"

#define DEFAULT_FILE	"skbtrace.dat"

static const char *only_meta, *input;
static bool json;

static const struct opt opts[] = {
	{ 'i', "input", "FILE", "capture to read, - for stdin (default: "
	  DEFAULT_FILE ")", OPT_STRING, &input, NULL },
	{ 0, "json", NULL, "one JSON object for each recording", OPT_FLAG,
	  &json, NULL },
	{ 'm', "meta", "NAME", "only this text of the file, e.g. sysctls",
	  OPT_STRING, &only_meta, NULL },
	{ 0 }
};

enum { MAX_CPUS = 8192 };

/* ---- counting ---- */

static struct cpu_count *get_cpu(struct info *in, u32 cpu)
{
	u32 i;

	for (i = 0; i < in->ncpus; i++)
		if (in->cpus[i].cpu == cpu)
			return &in->cpus[i];
	if (i == MAX_CPUS)
		return NULL;
	if (!(i & (i - 1)))
		in->cpus = xrealloc(in->cpus, sizeof(*in->cpus) *
				    (i ? 2 * i : 1));
	in->ncpus++;
	in->cpus[i] = (struct cpu_count){ .cpu = cpu };
	return &in->cpus[i];
}

static void count_lost(struct info *in, struct cpu_count *c,
		       const struct rec *r)
{
	u64 n = r->last_seq - r->seq + 1;

	in->all.lost += n;
	c->n.lost += n;
	for (u32 i = 0; i < r->nr_kinds; i++) {
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		in->by_event[no].lost += count;
	}
}

static void count_rec(struct info *in, struct cpu_count *c,
		      const struct rec *r)
{
	if (r->no == SKBTRACE_LOST) {
		count_lost(in, c, r);
		return;
	}
	if (r->no == SKBTRACE_HISTORY) {
		in->histories++;
		in->gaps += r->missed;
		return;
	}
	if (r->no == SKBTRACE_SHED) {
		struct shed s;

		rec_shed(r, &s);
		sheds_add(&in->t->sheds, &s);
		return;
	}
	if (rec_context(r)) {
		in->context++;
		return;
	}
	in->held += rec_held(r);
	in->by_event[r->no].events++;
	if (!r->ev) {
		in->unknown++;
		return;
	}
	if (event_is_name(r->ev)) {
		in->names++;
		return;
	}
	in->all.events++;
	c->n.events++;
	if (!in->first || r->time < in->first)
		in->first = r->time;
	if (r->time > in->last)
		in->last = r->time;
}

static void count_subbuf(struct info *in, const struct sbt_chunk *c)
{
	char err[DECODE_ERRLEN];
	struct cpu_count *cpu;
	struct sb_iter it;
	struct rec r;
	int ret;

	in->subbufs++;
	if (!in->t->fmt || !sb_open(&it, in->t->fmt, c->data, c->len, err)) {
		in->damaged++;
		return;
	}
	cpu = get_cpu(in, it.info.cpu);
	if (!cpu) {
		in->damaged++;
		return;
	}
	cpu->subbufs++;
	if (!in->t->clock.set)
		clock_pair(&in->t->clock, it.info.mono_ns, it.info.real_ns);
	if (!in->t->clock.has_t0) {
		in->t->clock.t0 = it.info.mono_ns;
		in->t->clock.has_t0 = true;
	}
	while ((ret = sb_next(&it, &r, err)) > 0)
		count_rec(in, cpu, &r);
	in->omitted += it.omitted;
	if (ret < 0)
		in->damaged++;
}

static int read_chunks(struct info *in, struct sbt_reader *rd)
{
	struct sbt_chunk c;
	enum sbt_read ret;
	int err = 0;

	while (!err && (ret = sbt_reader_next(rd, !!only_meta, &c)) !=
	       SBT_READ_END) {
		if (ret == SBT_READ_ERROR)
			return EXIT_FAILED;
		if (ret == SBT_READ_DAMAGED)
			in->damaged++;
		else if (c.type == SBT_FORMAT)
			err = trace_format(in->t, c.data, c.len);
		else if (c.type == SBT_META)
			trace_meta(in->t, c.data, c.len);
		else if (c.type == SBT_SUBBUF && c.data)
			count_subbuf(in, &c);
	}
	return err;
}

/* ---- */

static int by_cpu(const void *a, const void *b)
{
	const struct cpu_count *x = a, *y = b;

	return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
}

static int print_meta(const struct trace *t)
{
	bool found = false;

	for (const struct meta *m = t->meta; m; m = m->next) {
		if (only_meta && strcmp(only_meta, m->name))
			continue;
		found = true;
		if (!json)
			info_print_meta(m, !only_meta);
	}
	if (!only_meta || found)
		return EXIT_OK;
	msg("%s has no text \"%s\"", t->name, only_meta);
	hint("skbtrace info %s shows all of them", t->name);
	return EXIT_FAILED;
}

static int info_one(struct sbt_reader *rd, const char *name)
{
	struct info *in;
	int code;

	in = xcalloc(1, sizeof(*in));
	in->t = trace_new(name);
	code = read_chunks(in, rd);
	if (in->ncpus)
		qsort(in->cpus, in->ncpus, sizeof(*in->cpus), by_cpu);
	if (!code && !only_meta && !json)
		info_print(in, rd);
	if (!code)
		code = print_meta(in->t);
	if (!code && json)
		info_json(in, rd, only_meta);
	if (!code && (sbt_reader_trouble(rd) || in->damaged))
		code = EXIT_INCOMPLETE;
	trace_free(in->t);
	free(in->cpus);
	free(in);
	return code;
}

/* One recording, and those that stand behind it in the file. */
static int info_fd(int fd, const char *name)
{
	struct sbt_reader *rd = sbt_reader_open(fd, name), *next;
	int code = rd ? EXIT_OK : EXIT_FAILED;

	while (rd) {
		int one = info_one(rd, name);

		if (!code || one == EXIT_FAILED)
			code = one;
		next = NULL;
		if (one != EXIT_FAILED && sbt_reader_more(rd)) {
			if (!only_meta && !json)
				putchar('\n');
			next = sbt_reader_follow(rd);
			code = next ? code : EXIT_FAILED;
		}
		sbt_reader_close(rd);
		rd = next;
	}
	return code;
}

static int info_run(const struct args *a)
{
	const char *name = input ? input : a->n ? a->v[0] : DEFAULT_FILE;
	bool is_stdin = !strcmp(name, "-");
	int fd, code;

	if (a->n + !!input > 1)
		return fail(EXIT_USAGE, "info takes one file");
	fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(EXIT_FAILED, "cannot open %s: %m", name);
	code = info_fd(fd, is_stdin ? "stdin" : name);
	if (!is_stdin)
		close(fd);
	return code;
}

const struct cmd cmd_info = {
	.name = "info",
	.args = "[FILE]",
	.brief = "what a capture says about itself: counts, losses, settings",
	.more =
"examples:\n"
"  skbtrace info\n"
"  skbtrace info --meta sysctls skbtrace.dat\n"
"  skbtrace info --json | jq .lost\n",
	.opts = opts,
	.run = info_run,
};
