// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "rewrite/copy.h"
#include "rewrite/rewrite.h"

int rewrite_open(struct rewrite *rw, const struct inputs *in)
{
	struct job *j = &rw->job;
	int code;

	if (!j->o->out) {
		msg("where to write it? -o is missing");
		hint("-o FILE, or -o - for stdout");
		return EXIT_USAGE;
	}
	code = sources_open(&rw->src, in, j->o->out, rw->once);
	j->all_bytes = rw->src.bytes;
	if (!code && !rw->once && !in->format)
		code = plan_make(&rw->plan, &rw->src);
	return code ? code : output_open(&j->out, j->o);
}

/* ---- captures ---- */

static int copy_planned(struct copy *c, const struct part *p)
{
	struct sbt_reader *r;
	int code;

	lseek(p->fd, p->start, SEEK_SET);
	r = sbt_reader_open(p->fd, p->name);
	if (!r)
		return EXIT_FAILED;
	code = copy_part(c, r, p->name, p->id);
	sbt_reader_close(r);
	return code;
}

/* The parts from @p on, up to @end. */
static int copy_group(struct job *j, const struct part *p,
		      const struct part *end)
{
	struct copy c;
	int code = 0;

	copy_begin(&c, j, end - p > 1);
	for (; p < end && !code; p++)
		code = copy_planned(&c, p);
	if (!code)
		code = copy_finish(&c);
	copy_free(&c);
	return code;
}

static int run_plan(struct rewrite *rw)
{
	const struct part *p = rw->plan.parts, *end = p + rw->plan.n, *next;
	int code = 0;

	for (; p < end && !code; p = next) {
		for (next = p + 1; next < end && next->group == p->group;)
			next++;
		code = copy_group(&rw->job, p, next);
	}
	return code;
}

/* ---- input that is read once ---- */

static int copy_one(struct job *j, struct sbt_reader *r, const char *name,
		    u32 id)
{
	struct copy c;
	int code;

	copy_begin(&c, j, false);
	code = copy_part(&c, r, name, id);
	if (!code)
		code = copy_finish(&c);
	copy_free(&c);
	return code;
}

static int run_once(struct rewrite *rw)
{
	const char *name = input_name(rw->src.in.name[0]);
	struct sbt_reader *r = sbt_reader_open(rw->src.fd[0], name), *next;
	int code = r ? 0 : EXIT_FAILED;

	for (u32 id = 0; r && !code; id++) {
		code = copy_one(&rw->job, r, name, id);
		next = NULL;
		if (!code && sbt_reader_more(r)) {
			next = sbt_reader_follow(r);
			code = next ? 0 : EXIT_FAILED;
		}
		sbt_reader_close(r);
		r = next;
	}
	sbt_reader_close(r);
	return code;
}

/* ---- trace.cpuN ---- */

static int run_raw(struct rewrite *rw)
{
	const struct inputs *in = &rw->src.in;
	struct copy c;
	size_t len = 0;
	char *format = NULL;
	int code;

	code = input_text(in->format, &format, &len);
	if (code)
		return code;
	copy_begin(&c, &rw->job, false);
	code = copy_raw_format(&c, input_name(in->name[0]), format, len);
	for (u32 i = 0; i < in->n && !code; i++)
		code = copy_raw(&c, input_name(in->name[i]), rw->src.fd[i]);
	if (!code)
		code = copy_finish(&c);
	copy_free(&c);
	free(format);
	return code;
}

int rewrite_run(struct rewrite *rw)
{
	if (rw->src.in.format)
		return run_raw(rw);
	return rw->once ? run_once(rw) : run_plan(rw);
}

int rewrite_close(struct rewrite *rw, int code)
{
	struct job *j = &rw->job;

	code = output_close(&j->out, code);
	if (!code)
		job_totals(j);
	sources_close(&rw->src);
	plan_free(&rw->plan);
	/* The reader of our output has gone: no error. */
	if (code)
		return code == -EPIPE ? EXIT_OK : code;
	return j->incomplete || j->damaged ? EXIT_INCOMPLETE : EXIT_OK;
}
