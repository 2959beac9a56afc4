// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "record/capture.h"
#include "record/rotate.h"

static struct capture *of(struct sink *sink)
{
	return (struct capture *)sink;
}

static u64 file_bytes(const struct outfile *o)
{
	return o->w ? sbt_writer_bytes(o->w) : 0;
}

u64 capture_bytes(const struct capture *c)
{
	return c->bytes + file_bytes(&c->cur) + file_bytes(&c->old);
}

static int put_meta(void *writer, const char *name, const char *text)
{
	return sbt_writer_meta(writer, name, text);
}

static int begin_file(struct capture *c, struct outfile *f)
{
	const u64 limit = c->o->rotate ? c->o->rotate : c->o->max_size;
	int err;

	if (limit)
		sbt_writer_limit(f->w, limit);
	err = sbt_writer_format(f->w, c->ops->format(c->arg));
	if (!err)
		err = c->ops->meta(c->arg, put_meta, f->w);
	/* at once, so that the file can be read even if we are killed */
	if (!err)
		err = sbt_writer_tick(f->w, true);
	f->lost_before = c->ops->lost(c->arg);
	return err ? outfile_failed(f, err) : 0;
}

static int end_file(struct capture *c, struct outfile *f, bool whole)
{
	struct sbt_end end = {
		.lost = c->ops->lost(c->arg) - f->lost_before,
		.mono_ns = c->ops->now(c->arg),
	};
	int code;

	if (!f->w)
		return 0;
	if (whole)
		c->ops->clock(c->arg, put_meta, f->w);
	sbt_writer_flush(f->w);
	end.events = sbt_writer_events(f->w);
	c->events += end.events;
	c->nr_files++;
	code = outfile_finish(f, whole ? &end : NULL);
	c->bytes += f->bytes;
	return code;
}

/* ---- rotation ---- */

static bool has_moved(const struct capture *c, u32 cpu)
{
	for (int i = 0; i < c->nr_moved; i++)
		if (c->moved[i] == cpu)
			return true;
	return false;
}

static void move(struct capture *c, u32 cpu)
{
	if (has_moved(c, cpu))
		return;
	c->moved = xrealloc(c->moved, (c->nr_moved + 1) * sizeof(*c->moved));
	c->moved[c->nr_moved++] = cpu;
}

static int open_next(struct capture *c, struct outfile *f)
{
	char *name = rotate_name(c->o->name, ++c->number);
	int code = outfile_open(f, name, OUT_REPLACE, c->o->how);

	free(name);
	return code;
}

static int start_moving(struct capture *c)
{
	struct outfile next;
	int err;

	if (open_next(c, &next))
		return -EIO;
	c->old = c->cur;
	c->cur = next;
	c->epoch = c->ops->keyframes(c->arg);
	c->moving = true;
	c->moving_ns = mono_ns();
	c->nr_moved = 0;
	err = begin_file(c, &c->cur);
	if (!err && c->o->files)
		rotate_prune(c->o->name, c->o->files > 2 ? c->o->files - 2 : 0);
	return err;
}

static bool all_moved(const struct capture *c)
{
	u32 cpu;

	for (u32 i = 0; c->ops->cpu(c->arg, i, &cpu); i++)
		if (!has_moved(c, cpu))
			return false;
	return true;
}

static int finish_old(struct capture *c)
{
	c->moving = false;
	return end_file(c, &c->old, true) ? -EIO : 0;
}

/* ---- the sink ---- */

static int capture_subbuf(struct sink *sink, u32 cpu,
			  const struct skbtrace_subbuf *h)
{
	struct capture *c = of(sink);
	struct outfile *f = &c->cur;
	int err;

	if (c->moving) {
		if ((s32)(h->epoch - c->epoch) < 0 && !has_moved(c, cpu))
			f = &c->old;
		else
			move(c, cpu);
	}
	err = sbt_writer_subbuf(f->w, cpu, h);
	if (err)
		return outfile_failed(f, err);
	if (!c->o->rotate || c->moving || file_bytes(&c->cur) < c->o->rotate)
		return 0;
	return start_moving(c);
}

static int capture_mark(struct sink *sink, u32 cpu, u64 complete_ns)
{
	struct capture *c = of(sink);
	int err = sbt_writer_mark(c->cur.w, cpu, complete_ns);

	if (err)
		return outfile_failed(&c->cur, err);
	if (c->moving && complete_ns >= c->moving_ns)
		move(c, cpu);
	return 0;
}

static int capture_flush(struct sink *sink)
{
	struct capture *c = of(sink);
	int err = sbt_writer_tick(c->cur.w, sink->hurry);

	if (err)
		return outfile_failed(&c->cur, err);
	if (c->moving &&
	    (all_moved(c) || mono_ns() > c->moving_ns + c->ops->move_ns))
		return finish_old(c);
	return 0;
}

static const struct sink_ops ops = {
	.subbuf = capture_subbuf,
	.mark = capture_mark,
	.flush = capture_flush,
};

/* ---- the whole ---- */

int capture_open(struct capture *c, const struct capture_opts *o,
		 const struct capture_ops *whose, void *arg)
{
	int code;

	c->sink.ops = &ops;
	c->sink.stdout_fd = -1;
	c->o = o;
	c->ops = whose;
	c->arg = arg;
	c->cur.fd = c->old.fd = -1;
	if (o->rotate) {
		c->number = rotate_last(o->name);
		code = open_next(c, &c->cur);
	} else {
		code = outfile_open(&c->cur, o->name, o->mode, o->how);
	}
	if (code)
		return code;
	if (!c->cur.name)
		c->sink.stdout_fd = c->cur.fd;
	/* A pipe may end in "skbtrace parse -". */
	c->sink.hurry = !c->cur.part;
	return 0;
}

int capture_begin(struct capture *c)
{
	int err = begin_file(c, &c->cur);

	if (err == -EPIPE)
		return err;
	return err ? EXIT_FAILED : 0;
}

int capture_end(struct capture *c, bool whole)
{
	int code = 0, err;

	if (c->moving)
		code = end_file(c, &c->old, whole);
	err = end_file(c, &c->cur, whole);
	if (c->o->rotate && c->o->files)
		rotate_prune(c->o->name, c->o->files);
	free(c->moved);
	c->moved = NULL;
	return code ? code : err;
}

void capture_drop(struct capture *c)
{
	outfile_drop(&c->old);
	outfile_drop(&c->cur);
	free(c->moved);
	c->moved = NULL;
}

int capture_meta(struct capture *c, const char *name, const char *text)
{
	int err = sbt_writer_meta(c->cur.w, name, text);

	return err ? outfile_failed(&c->cur, err) : 0;
}

int capture_format(struct capture *c)
{
	int err = sbt_writer_format(c->cur.w, c->ops->format(c->arg));

	return err ? outfile_failed(&c->cur, err) : 0;
}

const char *capture_names(struct capture *c)
{
	static char buf[512];
	unsigned int first = c->number - c->nr_files + 1;

	if (!c->o->rotate)
		return c->o->name;
	if (c->o->files && c->nr_files > c->o->files)
		first = c->number - c->o->files + 1;
	if (first == c->number)
		snprintf(buf, sizeof(buf), "%s.%04u", c->o->name, first);
	else
		snprintf(buf, sizeof(buf), "%s.%04u to .%04u", c->o->name,
			 first, c->number);
	return buf;
}
