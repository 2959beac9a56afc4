// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rewrite/copy.h"
#include "show/input.h"

void copy_begin(struct copy *c, struct job *j, bool parts)
{
	*c = (struct copy){ .rd = { .job = j, .parts = parts } };
}

/* ---- texts ---- */

static int write_more(struct job *j, u32 id)
{
	const char *name, *text;
	int err = 0;

	for (int i = 0; !err && j->ops->more; i++) {
		text = j->ops->more(j->arg, id, i, &name);
		if (!text)
			break;
		err = output_meta(&j->out, name, text);
	}
	return err;
}

/* The first one begins the recording. */
static int put_format(struct copy *c, char *text)
{
	struct job *j = c->rd.job;
	bool first = !c->format;
	int err = 0;

	if (!first && !strcmp(c->format, text)) {
		free(text);
		return 0;
	}
	free(c->format);
	c->format = text;
	if (first)
		err = output_begin(&j->out);
	if (!err)
		err = output_format(&j->out, text);
	return err || !first ? err : write_more(j, c->rd.id);
}

static int take_format(struct copy *c, struct trace *t, const char *p,
		       size_t len)
{
	const struct job *j = c->rd.job;
	int err = trace_format(t, p, len);
	char *text, *old;

	if (err)
		return err;
	old = text = xasprintf("%.*s", (int)len, p);
	if (j->ops->format) {
		text = j->ops->format(j->arg, old);
		free(old);
	}
	return put_format(c, text);
}

/* Parts of a recording share most META: write it once. */
static bool said(struct copy *c, const char *name, const char *text)
{
	struct meta_seen *m;
	char *s;

	if (!c->rd.parts)
		return false;
	s = xasprintf("%s\n%s", name, text);
	for (m = c->metas; m; m = m->next) {
		if (!strcmp(m->text, s)) {
			free(s);
			return true;
		}
	}
	m = xmalloc(sizeof(*m));
	*m = (struct meta_seen){ s, c->metas };
	c->metas = m;
	return false;
}

static int put_meta(struct copy *c, const char *name, const char *text)
{
	struct job *j = c->rd.job;
	char *new = NULL;
	int err = 0;

	if (j->ops->meta) {
		new = j->ops->meta(j->arg, c->rd.t, name, text);
		text = new;
	}
	if (text && !said(c, name, text))
		err = output_meta(&j->out, name, text);
	free(new);
	return err;
}

/* Drop what a reader would refuse. */
static int take_meta(struct copy *c, struct trace *t, const char *p, size_t len)
{
	const char *nl = memchr(p, '\n', len);
	size_t n = nl ? (size_t)(nl - p) : len;
	char *name, *text;
	int err;

	if (!c->format || n >= META_NAME || memchr(p, '\0', len))
		return 0;
	trace_meta(t, p, len);
	name = xasprintf("%.*s", (int)n, p);
	text = xasprintf("%.*s", nl ? (int)(len - n - 1) : 0, nl ? nl + 1 : "");
	err = put_meta(c, name, text);
	free(name);
	free(text);
	return err;
}

/* ---- other chunks ---- */

static int put_subbuf(struct copy *c, u32 cpu, const void *p, u32 len, u32 crc)
{
	struct stream *s;

	if (!c->rd.t->fmt)
		return fail(EXIT_FAILED,
			    "%s is damaged: data before their format",
			    c->rd.t->name);
	s = stream_get(&c->rd, cpu);
	return s ? subbuf_copy(&c->rd, s, p, len, crc) : 0;
}

static int take_subbuf(struct copy *c, struct sbt_reader *r,
		       const struct sbt_chunk *ch)
{
	void *buf;
	int err = 0;

	if (ch->data)
		return put_subbuf(c, ch->cpu, ch->data, ch->len, ch->crc);
	buf = xmalloc(ch->len);
	if (sbt_reader_fetch(r, ch, buf))
		err = put_subbuf(c, ch->cpu, buf, ch->len, ch->crc);
	else
		job_damage(c->rd.job, c->rd.t->name,
			   "a sub-buffer is damaged (checksum), skipped");
	free(buf);
	return err;
}

/* Write the last mark only: with few events marks would be most of the file. */
static int take_mark(struct copy *c, u32 cpu, u64 complete_ns)
{
	struct job *j = c->rd.job;
	struct stream *s;

	if (!c->format)
		return 0;
	if (!j->ops->action)
		return output_mark(&j->out, cpu, complete_ns);
	s = stream_get(&c->rd, cpu);
	if (s && complete_ns > s->mark) {
		s->mark = complete_ns;
		s->marked = true;
	}
	return 0;
}

static int take_unknown(struct copy *c, const struct sbt_chunk *ch)
{
	struct job *j = c->rd.job;

	if (!j->ops->known_only && !j->ops->action && c->format)
		return output_chunk(&j->out, ch->type, ch->cpu, ch->data,
				    ch->len);
	j->unknown_chunks++;
	return 0;
}

static int take_chunk(struct copy *c, struct trace *t, struct sbt_reader *r,
		      const struct sbt_chunk *ch)
{
	switch (ch->type) {
	case SBT_FORMAT:
		return take_format(c, t, ch->data, ch->len);
	case SBT_META:
		return take_meta(c, t, ch->data, ch->len);
	case SBT_SUBBUF:
		return take_subbuf(c, r, ch);
	case SBT_MARK:
		return ch->len < 8 ? 0 :
		       take_mark(c, ch->cpu, ld64(ch->data,
						  sbt_reader_swapped(r)));
	case SBT_END:
		return 0;	/* see take_end() */
	}
	return take_unknown(c, ch);
}

/* ---- parts ---- */

static int take_all(struct copy *c, struct trace *t, struct sbt_reader *r)
{
	bool lazy = sbt_reader_seekable(r);
	struct job *j = c->rd.job;
	struct sbt_chunk ch;
	enum sbt_read ret;
	int err = 0;

	while (!err && (ret = sbt_reader_next(r, lazy, &ch)) != SBT_READ_END) {
		if (ret == SBT_READ_ERROR)
			return EXIT_FAILED;
		if (ret == SBT_READ_DAMAGED) {
			j->incomplete = true;
			if (!j->quiet)
				input_damaged(t->name, &ch);
			continue;
		}
		err = take_chunk(c, t, r, &ch);
		job_progress(j, ch.len);
	}
	return err;
}

static void take_end(struct copy *c, const struct sbt_reader *r)
{
	const struct sbt_end *end = sbt_reader_end(r);
	const struct job *j = c->rd.job;
	u64 ns;

	c->has_end = end;
	if (!end)
		return;
	ns = j->ops->end ? j->ops->end(j->arg, c->rd.id, end->mono_ns) :
			   end->mono_ns;
	if (ns > c->end.mono_ns)
		c->end.mono_ns = ns;
	c->end.lost += end->lost;
}

static void begin_part(struct copy *c, const struct trace *t, u32 id)
{
	c->rd.t = t;
	c->rd.id = id;
	c->nparts++;
}

int copy_part(struct copy *c, struct sbt_reader *r, const char *name, u32 id)
{
	struct trace *t = trace_new(name);
	struct job *j = c->rd.job;
	int err;

	begin_part(c, t, id);
	err = take_all(c, t, r);
	if (!err && sbt_reader_trouble(r)) {
		j->incomplete = true;
		if (!j->quiet)
			input_trouble(name, r);
	}
	if (!err && !t->fmt)
		err = fail(EXIT_FAILED, "%s holds no events", name);
	take_end(c, r);
	c->rd.t = NULL;
	trace_free(t);
	return err;
}

/* ---- without chunks ---- */

int copy_raw_format(struct copy *c, const char *name, const char *format,
		    size_t len)
{
	c->raw = trace_new(name);
	begin_part(c, c->raw, 0);
	/* It is not known when it ended, or whether. */
	c->has_end = true;
	return take_format(c, c->raw, format, len);
}

int copy_raw(struct copy *c, const char *name, int fd)
{
	struct raw raw = { .name = name, .fd = fd, .fmt = c->raw->fmt };
	struct sb_info info;
	int ret, err = 0;

	c->raw->name = name;
	while (!err && (ret = raw_next(&raw, &info)) > 0) {
		void *buf = xmalloc(info.used);

		if (pread(fd, buf, info.used, raw.off) == (ssize_t)info.used)
			err = put_subbuf(c, info.cpu, buf, info.used, 0);
		job_progress(c->rd.job, info.size);
		free(buf);
	}
	c->rd.job->incomplete |= raw.cut;
	c->end.mono_ns = c->rd.last_ns;
	return err ? err : -ret;
}

/* ---- the end ---- */

int copy_finish(struct copy *c)
{
	u64 lost = c->end.lost;

	if (!c->has_end)
		return 0;
	c->end.events = c->rd.events;
	/* END of one recording may have more than its events show. */
	if (c->nparts > 1 || c->raw)
		c->end.lost = c->rd.lost;
	else
		c->end.lost = lost > c->rd.unlost ? lost - c->rd.unlost : 0;
	return output_end(&c->rd.job->out, &c->end);
}

void copy_free(struct copy *c)
{
	struct meta_seen *m;

	while ((m = c->metas)) {
		c->metas = m->next;
		free(m->text);
		free(m);
	}
	free(c->format);
	streams_free(&c->rd);
	trace_free(c->raw);
}
