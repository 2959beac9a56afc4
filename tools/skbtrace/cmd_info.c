// SPDX-License-Identifier: GPL-2.0
/* info: what a capture says about itself, and what is in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "decode.h"
#include "num.h"
#include "trace.h"

static const char *only_meta;

static const struct opt opts[] = {
	{ 'm', "meta", "NAME", "only this text of the file, e.g. sysctls",
	  OPT_STRING, &only_meta, NULL },
	{ 0 }
};

enum { MAX_CPUS = 8192 };

struct count {
	u64 events, lost;
};

struct cpu_count {
	u32 cpu;
	u64 subbufs;
	struct count n;
};

struct info {
	struct trace *t;
	struct count by_event[65536];
	struct cpu_count *cpus;
	u32 ncpus;
	struct count all;
	u64 subbufs, damaged;
	u64 held;		/* events that had been held back */
	u64 histories, gaps;	/* HISTORY blocks; those that miss older ones */
	u64 first, last;	/* times of events */
	u32 epochs;
};

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
	in->held += rec_held(r);
	in->all.events++;
	c->n.events++;
	in->by_event[r->no].events++;
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
	if (it.info.epoch > in->epochs)
		in->epochs = it.info.epoch;
	while ((ret = sb_next(&it, &r, err)) > 0)
		count_rec(in, cpu, &r);
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

/* ---- printing ---- */

/* A stranger's text: lines stay lines, control characters do not act. */
static void print_text(const char *s, const char *indent)
{
	bool start = true;

	for (; *s; s++) {
		u8 c = *s;

		if (start && *indent)
			fputs(indent, stdout);
		start = c == '\n';
		if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f))
			putchar(c);
		else
			printf("\\x%02x", c);
	}
	if (!start)
		putchar('\n');
}

static void seconds(char buf[40], u64 ns)
{
	bool neg = (s64)ns < 0;

	if (neg)
		ns = -ns;
	snprintf(buf, 40, "%s%llu.%06llu", neg ? "-" : "",
		 (unsigned long long)(ns / NSEC_PER_SEC),
		 (unsigned long long)(ns % NSEC_PER_SEC / 1000));
}

static void print_head(const struct info *in, const char *name,
		       struct sbt_reader *rd)
{
	const struct trace *t = in->t;
	const char *trouble = sbt_reader_trouble(rd);
	u64 real = clock_real(&t->clock, t->clock.t0);
	char host[TRACE_WORD], kernel[TRACE_WORD], size[NUM_LEN];
	char first[40], last[40], span[40], text[4 * TRACE_WORD];
	struct day_cache day = { 0 };
	u32 s;

	trace_host(t, host);
	trace_kernel(t, kernel);
	escape_text(text, (const u8 *)host, TRACE_WORD);
	printf("file      %s, %s, %s%s%s\n", name,
	       fmt_size(size, sbt_reader_offset(rd)),
	       !trouble ? "complete" : sbt_reader_complete(rd) ? "" :
	       "cut off: ", trouble ? trouble : "",
	       in->damaged ? ", damaged" : "");
	printf("machine   %s, Linux %s, ABI %d, %s-endian\n",
	       *host ? text : "?", *kernel ? kernel : "?", SKBTRACE_ABI,
	       t->fmt && t->fmt->big ? "big" : "little");
	s = day_of(&day, real / NSEC_PER_SEC, false);
	printf("start     %s %02u:%02u:%02u.%06u %s\n", day.date, s / 3600 % 24,
	       s / 60 % 60, s % 60, (u32)(real % NSEC_PER_SEC / 1000),
	       day.zone);
	seconds(first, in->first - t->clock.t0);
	seconds(last, in->last - t->clock.t0);
	seconds(span, in->last - in->first);
	if (in->all.events)
		printf("span      %s s, from %s to %s\n", span, first, last);
	printf("events    %llu, lost %llu, in %llu sub-buffers%s\n",
	       (unsigned long long)in->all.events,
	       (unsigned long long)in->all.lost,
	       (unsigned long long)in->subbufs,
	       in->damaged ? "" : ", all sound");
	if (in->held || in->histories)
		printf("history   %llu events that had been held back, of %llu primaries; older ones are gone at %llu\n",
		       (unsigned long long)in->held,
		       (unsigned long long)in->histories,
		       (unsigned long long)in->gaps);
	if (in->damaged)
		printf("damaged   %llu chunks or sub-buffers\n",
		       (unsigned long long)in->damaged);
}

static int by_cpu(const void *a, const void *b)
{
	const struct cpu_count *x = a, *y = b;

	return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
}

static void print_counts(struct info *in)
{
	printf("\n%-20s %12s %12s\n", "EVENT", "EVENTS", "LOST");
	for (u32 no = 0; no < 65536; no++) {
		const struct count *n = &in->by_event[no];
		const struct event *e;
		char buf[24];

		if (!n->events && !n->lost)
			continue;
		e = in->t->fmt ? format_event(in->t->fmt, no) : NULL;
		snprintf(buf, sizeof(buf), "#%u", no);
		printf("%-20s %12llu %12llu\n", e ? e->name : buf,
		       (unsigned long long)n->events,
		       (unsigned long long)n->lost);
	}
	if (in->ncpus)
		qsort(in->cpus, in->ncpus, sizeof(*in->cpus), by_cpu);
	printf("\n%-20s %12s %12s %12s\n", "CPU", "EVENTS", "LOST",
	       "SUB-BUFFERS");
	for (u32 i = 0; i < in->ncpus; i++)
		printf("%-20u %12llu %12llu %12llu\n", in->cpus[i].cpu,
		       (unsigned long long)in->cpus[i].n.events,
		       (unsigned long long)in->cpus[i].n.lost,
		       (unsigned long long)in->cpus[i].subbufs);
}

static int print_meta(const struct trace *t)
{
	bool found = false;

	for (const struct meta *m = t->meta; m; m = m->next) {
		if (only_meta && strcmp(only_meta, m->name))
			continue;
		found = true;
		if (!only_meta) {
			putchar('\n');
			print_text(m->name, "");
		}
		print_text(m->text, only_meta ? "" : "  ");
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
	if (!code && !only_meta) {
		print_head(in, name, rd);
		print_counts(in);
	}
	if (!code)
		code = print_meta(in->t);
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
			if (!only_meta)
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
	const char *name = a->n ? a->v[0] : "skbtrace.dat";
	bool is_stdin = !strcmp(name, "-");
	int fd, code;

	if (a->n > 1)
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
"  skbtrace info --meta sysctls skbtrace.dat\n",
	.opts = opts,
	.run = info_run,
};
