// SPDX-License-Identifier: GPL-2.0
/* info as text. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/num.h"
#include "lib/put.h"
#include "show/info.h"
#include "trace/decode.h"

/* Untrusted text: control characters are escaped, except for newlines. */
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
		       const struct sbt_reader *rd)
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
	printf("events    %llu, names %llu, ",
	       (unsigned long long)in->all.events,
	       (unsigned long long)in->names);
	if (in->unknown)
		printf("unknown %llu, ", (unsigned long long)in->unknown);
	printf("lost %llu, in %llu sub-buffers%s\n",
	       (unsigned long long)in->all.lost,
	       (unsigned long long)in->subbufs,
	       in->damaged ? "" : ", all sound");
	if (t->sheds.n) {
		char part[SHEDS_TEXT], limit[PPM_TEXT];

		sheds_text(&t->sheds, t->clock.t0, part);
		printf("shed      %s (max_cost %s)\n", part,
		       fmt_ppm(limit, t->sheds.v[0].limit_ppm));
	}
	if (in->held || in->histories)
		printf("history   %llu events had been held back, of %llu"
		       " primaries; older gone at %llu\n",
		       (unsigned long long)in->held,
		       (unsigned long long)in->histories,
		       (unsigned long long)in->gaps);
	if (in->omitted || in->context)
		printf("cut       %llu events left out; %llu are here so that others can be read, and not shown\n",
		       (unsigned long long)in->omitted,
		       (unsigned long long)in->context);
	if (in->damaged)
		printf("damaged   %llu chunks or sub-buffers\n",
		       (unsigned long long)in->damaged);
}

/* Those that are names, or those that are not. */
static void print_kinds(const struct info *in, bool names)
{
	for (u32 no = 0; no < INFO_KINDS; no++) {
		const struct count *n = &in->by_event[no];
		char name[INFO_NAME];

		if (!info_has(in, no) || info_is_name(in, no) != names)
			continue;
		info_name(in, no, name);
		printf("%-20s %12llu %12llu\n", name,
		       (unsigned long long)n->events,
		       (unsigned long long)n->lost);
	}
}

static void print_counts(const struct info *in)
{
	printf("\n%-20s %12s %12s\n", "EVENT", "EVENTS", "LOST");
	print_kinds(in, false);
	if (in->names) {
		printf("\n%-20s %12s %12s\n", "NAME OF", "NAMES", "LOST");
		print_kinds(in, true);
	}
	printf("\n%-20s %12s %12s %12s\n", "CPU", "EVENTS", "LOST",
	       "SUB-BUFFERS");
	for (u32 i = 0; i < in->ncpus; i++)
		printf("%-20u %12llu %12llu %12llu\n", in->cpus[i].cpu,
		       (unsigned long long)in->cpus[i].n.events,
		       (unsigned long long)in->cpus[i].n.lost,
		       (unsigned long long)in->cpus[i].subbufs);
}

void info_print(const struct info *in, const struct sbt_reader *rd)
{
	print_head(in, in->t->name, rd);
	print_counts(in);
}

void info_print_meta(const struct meta *m, bool name)
{
	if (name) {
		putchar('\n');
		print_text(m->name, "");
	}
	print_text(m->text, name ? "  " : "");
}
