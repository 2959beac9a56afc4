// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rewrite/plan.h"
#include "trace/decode.h"

/* All recordings in one file. */
enum { MAX_GROUPS = 1024 };

static void add_part(struct plan *p, const struct part *part)
{
	if (!(p->n & (p->n - 1)))
		p->parts = xrealloc(p->parts, sizeof(*part) *
				    (p->n ? 2 * p->n : 1));
	p->parts[p->n] = *part;
	p->parts[p->n].id = p->n;
	p->n++;
}

static void look_at_subbuf(struct part *part, struct sbt_reader *rd,
			   const struct sbt_chunk *c)
{
	u8 head[sizeof(struct skbtrace_subbuf)];
	char err[DECODE_ERRLEN];
	struct sb_info info;

	if (sbt_reader_peek(rd, c->offset, head, sizeof(head)) !=
	    sizeof(head) || !sb_header(&info, NULL, head, sizeof(head), err))
		return;
	if (!part->opened || info.mono_ns < part->opened)
		part->opened = info.mono_ns;
	if (!part->t->clock.set)
		clock_pair(&part->t->clock, info.mono_ns, info.real_ns);
}

/* Damage is reported when the events are read. */
static int look_through(struct part *part, struct sbt_reader *rd)
{
	struct sbt_chunk c;
	enum sbt_read ret;

	part->t = trace_new(part->name);
	while ((ret = sbt_reader_next(rd, true, &c)) != SBT_READ_END) {
		if (ret == SBT_READ_ERROR)
			return EXIT_FAILED;
		if (ret == SBT_READ_DAMAGED)
			continue;
		if (c.type == SBT_META)
			trace_meta(part->t, c.data, c.len);
		else if (c.type == SBT_SUBBUF)
			look_at_subbuf(part, rd, &c);
	}
	return 0;
}

static int look_at_file(struct plan *p, const char *name, int fd)
{
	struct part part = { .name = name, .fd = fd };
	struct sbt_reader *rd = sbt_reader_open(fd, name), *next;
	off_t start = lseek(fd, 0, SEEK_CUR);
	int code = rd ? 0 : EXIT_FAILED;

	part.start = start < 0 ? 0 : start;
	while (!code && rd) {
		code = look_through(&part, rd);
		add_part(p, &part);
		next = NULL;
		if (!code && sbt_reader_more(rd)) {
			next = sbt_reader_follow(rd);
			code = next ? 0 : EXIT_FAILED;
		}
		part.start += sbt_reader_offset(rd);
		part.opened = 0;
		sbt_reader_close(rd);
		rd = next;
	}
	sbt_reader_close(rd);
	return code;
}

/* ---- groups ---- */

/* "start" is the same in all files of a recording, and in no other. */
static bool same_recording(const struct trace *a, const struct trace *b)
{
	const char *start = trace_meta_get(a, "start");

	return *start && !strcmp(start, trace_meta_get(b, "start")) &&
	       trace_same_boot(a, b);
}

static void find_groups(struct plan *p)
{
	for (u32 i = 0; i < p->n; i++) {
		u32 j = 0;

		while (j < i && !same_recording(p->parts[i].t, p->parts[j].t))
			j++;
		p->parts[i].group = j < i ? p->parts[j].group : p->groups++;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->opened != y->opened)
		return x->opened < y->opened ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

int plan_make(struct plan *p, const struct sources *s)
{
	int code = 0;

	for (u32 i = 0; i < s->in.n && !code; i++)
		code = look_at_file(p, input_name(s->in.name[i]), s->fd[i]);
	if (code)
		return code;
	find_groups(p);
	qsort(p->parts, p->n, sizeof(*p->parts), by_time);
	if (p->groups <= MAX_GROUPS)
		return 0;
	return fail(EXIT_USAGE,
		    "%u recordings that are not parts of one: a file holds %d at most",
		    p->groups, MAX_GROUPS);
}

void plan_free(struct plan *p)
{
	for (u32 i = 0; i < p->n; i++)
		trace_free(p->parts[i].t);
	free(p->parts);
	*p = (struct plan){};
}
