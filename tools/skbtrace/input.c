// SPDX-License-Identifier: GPL-2.0
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decode.h"
#include "input.h"
#include "trace.h"

/* Nothing more to read at the moment: show what there is. */
static bool idle(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return !poll(&p, 1, 0);
}

static int feed_all(struct show *s, struct trace *t, int fd)
{
	bool lazy = sbt_reader_seekable(t->rd);
	const char *trouble;
	struct sbt_chunk c;
	enum sbt_read ret;
	int err = 0;

	while (!err && !show_dead(s) &&
	       (ret = sbt_reader_next(t->rd, lazy, &c)) != SBT_READ_END) {
		if (ret == SBT_READ_ERROR)
			return EXIT_FAILED;
		if (ret == SBT_READ_DAMAGED) {
			msg("%s: damaged (%s) at byte %llu, skipped", t->name,
			    c.why, (unsigned long long)c.offset);
			show_incomplete(s);
			continue;
		}
		err = show_feed(s, t, &c, sbt_reader_swapped(t->rd));
		if (!err && !lazy && (c.type == SBT_SUBBUF || idle(fd)))
			err = idle(fd) ? show_flush(s) : show_run(s);
		/* Whoever writes the pipe may take his time to close it. */
		if (!err && !lazy && c.type == SBT_END)
			err = show_ended(s);
	}
	if (err || show_dead(s))
		return err;
	trouble = sbt_reader_trouble(t->rd);
	if (trouble) {
		msg("%s %s%s", t->name, trouble, sbt_reader_complete(t->rd) ?
		    "" : ": the recording was cut off");
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
		err = feed_all(s, t, fd);
		if (err || show_dead(s) || !sbt_reader_more(rd))
			return err;
		if (++n == MAX_FOLLOW)
			return fail(EXIT_FAILED, "%s: more than %d recordings, one behind the other",
				    name, MAX_FOLLOW);
		rd = sbt_reader_follow(rd);
	}
	return EXIT_FAILED;
}

/* Sub-buffers stand one behind the other, each telling its size. */
int input_raw(struct show *s, struct trace *t, const char *name, int fd)
{
	u8 head[sizeof(struct skbtrace_subbuf)];
	char err[DECODE_ERRLEN];
	struct sb_info info;
	struct stat st;
	int code;
	u64 off;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return fail(EXIT_FAILED, "%s is not a regular file", name);
	for (off = 0; off < (u64)st.st_size; off += info.size) {
		ssize_t n = pread(fd, head, sizeof(head), off);

		if (n < 0)
			return fail(EXIT_FAILED, "cannot read %s: %m", name);
		if (!sb_header(&info, t->fmt, head, n, err) || !info.size) {
			msg("%s: at byte %llu: %s", name,
			    (unsigned long long)off, err);
			if (!off)
				return EXIT_FAILED;
			show_incomplete(s);
			break;
		}
		if (off + info.size > (u64)st.st_size) {
			msg("%s ends inside a sub-buffer at byte %llu", name,
			    (unsigned long long)off);
			show_incomplete(s);
		}
		/* Only the padding is missing? Then it can be read. */
		if (off + info.used > (u64)st.st_size)
			break;
		code = show_raw(s, t, fd, off, &info);
		if (code)
			return code;
	}
	return 0;
}
