// SPDX-License-Identifier: GPL-2.0
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "show/input.h"
#include "trace/decode.h"
#include "trace/trace.h"

/* No more input for now: show what there is. */
static bool idle(const struct sbt_reader *rd, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return !sbt_reader_pending(rd) && !poll(&p, 1, 0);
}

void input_damaged(const char *name, const struct sbt_chunk *c)
{
	msg("%s: damaged (%s) at byte %llu, skipped", name, c->why,
	    (unsigned long long)c->offset);
}

bool input_trouble(const char *name, const struct sbt_reader *rd)
{
	const char *trouble = sbt_reader_trouble(rd);

	if (!trouble)
		return false;
	msg("%s %s%s", name, trouble, sbt_reader_complete(rd) ? "" :
	    ": the recording was cut off");
	return true;
}

static int show_all(struct show *s, struct trace *t, int fd)
{
	bool lazy = sbt_reader_seekable(t->rd);
	struct sbt_chunk c;
	enum sbt_read ret;
	int err = 0;

	while (!err && !show_dead(s) &&
	       (ret = sbt_reader_next(t->rd, lazy, &c)) != SBT_READ_END) {
		if (ret == SBT_READ_ERROR)
			return EXIT_FAILED;
		if (ret == SBT_READ_DAMAGED) {
			input_damaged(t->name, &c);
			show_incomplete(s);
			continue;
		}
		err = show_trace_chunk(s, t, &c, sbt_reader_swapped(t->rd));
		if (!err && !lazy && (c.type == SBT_SUBBUF || idle(t->rd, fd)))
			err = idle(t->rd, fd) ? show_flush(s) : show_run(s);
		/* The writer of the pipe may keep it open. */
		if (!err && !lazy && c.type == SBT_END)
			err = show_ended(s);
	}
	if (err || show_dead(s))
		return err;
	if (input_trouble(t->name, t->rd)) {
		hint("everything before that is shown");
		show_incomplete(s);
	}
	if (!t->fmt)
		return fail(EXIT_FAILED, "%s holds no events", t->name);
	return 0;
}

int input_capture(struct show *s, const char *name, int fd, bool alone)
{
	enum { MAX_FOLLOW = 1024 };
	struct sbt_reader *rd = sbt_reader_open(fd, name);
	int n = 0, err;

	if (rd && !sbt_reader_seekable(rd)) {
		if (!alone) {
			sbt_reader_close(rd);
			return fail(EXIT_USAGE, "%s is a pipe: it cannot be merged with other files",
				    name);
		}
		show_follow(s);
	}
	while (rd) {
		struct trace *t = show_trace(s, name);

		t->rd = rd;
		err = show_all(s, t, fd);
		if (err || show_dead(s) || !sbt_reader_more(rd))
			return err;
		if (++n == MAX_FOLLOW)
			return fail(EXIT_FAILED, "%s: more than %d recordings, one behind the other",
				    name, MAX_FOLLOW);
		rd = sbt_reader_follow(rd);
	}
	return EXIT_FAILED;
}

/* Report an error in a sub-buffer; the first one must be sound. */
static int raw_damaged(struct raw *r, const char *what)
{
	msg("%s: at byte %llu: %s", r->name, (unsigned long long)r->next, what);
	r->cut = true;
	return r->next ? 0 : -EXIT_FAILED;
}

int raw_next(struct raw *r, struct sb_info *info)
{
	u8 head[sizeof(struct skbtrace_subbuf)];
	char err[DECODE_ERRLEN];
	struct stat st;
	ssize_t n;

	if (fstat(r->fd, &st) || !S_ISREG(st.st_mode))
		return -fail(EXIT_FAILED, "%s is not a regular file", r->name);
	if (r->cut || r->next >= (u64)st.st_size)
		return 0;
	n = pread(r->fd, head, sizeof(head), r->next);
	if (n < 0)
		return -fail(EXIT_FAILED, "cannot read %s: %m", r->name);
	if (!sb_header(info, r->fmt, head, n, err) || !info->size)
		return raw_damaged(r, err);
	r->off = r->next;
	r->next += info->size;
	if (r->next > (u64)st.st_size) {
		msg("%s ends inside a sub-buffer at byte %llu", r->name,
		    (unsigned long long)r->off);
		r->cut = true;
	}
	/* Only the padding is missing? Then it can be read. */
	return r->off + info->used <= (u64)st.st_size;
}

int input_raw(struct show *s, struct trace *t, const char *name, int fd)
{
	struct raw raw = { .name = name, .fd = fd, .fmt = t->fmt };
	struct sb_info info;
	int ret, code = 0;

	while (!code && (ret = raw_next(&raw, &info)) > 0)
		code = show_raw(s, t, fd, raw.off, &info);
	if (raw.cut)
		show_incomplete(s);
	return code ? code : -ret;
}
