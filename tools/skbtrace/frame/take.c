// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "frame/take.h"
#include "lib/num.h"
#include "trace/format.h"

/*
 * The names of some events can not be told again by us, but by the sender only,
 * which does so now and then: an old file waits so long for it.
 */
#define MOVE_NS		(15 * NSEC_PER_SEC)

/* ---- META ---- */

static int put_pair(meta_put *put, void *to, const char *name,
		    const struct frame *f)
{
	char text[96];

	snprintf(text, sizeof(text), "mono_ns %llu real_ns %llu\n",
		 (unsigned long long)f->mono_ns,
		 (unsigned long long)f->real_ns);
	return put(to, name, text);
}

static int put_line(meta_put *put, void *to, const char *name, const char *line)
{
	char *text = xasprintf("%s\n", line);
	int err = put(to, name, text);

	free(text);
	return err;
}

static int put_cpus(const struct sender *s, meta_put *put, void *to)
{
	const struct account *a = &s->account;
	char *text, *p;
	int err;

	if (!a->ncpus)
		return 0;
	text = xmalloc(a->ncpus * 8 + 2);
	p = text;
	for (u32 i = 0; i < a->ncpus; i++)
		p += sprintf(p, "%s%u", i ? "," : "", a->cpus[i].cpu);
	strcpy(p, "\n");
	err = put(to, "cpus", text);
	free(text);
	return err;
}

/*
 * INFO has the lines of "enabled" with a comma between two; within a line, too,
 * there are commas, before options: a name of an event begins a line.
 */
static int put_events(const struct sender *s, meta_put *put, void *to)
{
	char err[200], *text = xasprintf("%s\n", s->account.enabled), *p;
	struct format *f = format_parse(s->format_text, strlen(s->format_text),
					err, sizeof(err));
	int ret;

	for (p = strchr(text, ','); f && p; p = strchr(p + 1, ',')) {
		size_t n = strcspn(p + 1, ",\n");
		char *word = strndup(p + 1, n);

		if (word && format_find(f, word))
			*p = '\n';
		free(word);
	}
	ret = put(to, "events", text);
	if (f)
		format_free(f);
	free(text);
	return ret;
}

static int put_offset(const struct sender *s, meta_put *put, void *to)
{
	const struct offset *o = &s->offset;
	char text[160];

	if (!o->set)
		return 0;
	snprintf(text, sizeof(text),
		 "mono_ns %llu offset_ns %lld error_ns %llu drift_ppb %lld\n",
		 (unsigned long long)o->mono_ns, (long long)o->offset_ns,
		 (unsigned long long)o->error_ns, (long long)o->drift_ppb);
	return put(to, "offset", text);
}

/* Recordings of one collector share its clock: see "offset". */
static int put_collector(meta_put *put, void *to)
{
	char *boot = meta_boot_id();
	struct utsname u;
	char *text;
	int err;

	uname(&u);
	text = xasprintf("boot_id %.*s hostname %s\n",
			 boot ? (int)strcspn(boot, "\n") : 0, boot ? boot : "",
			 u.nodename);
	err = put(to, "collector", text);
	free(text);
	free(boot);
	return err;
}

/* Its runs are of one boot; the number is told to nobody else by its kernel. */
static int put_boot_id(const struct sender *s, meta_put *put, void *to)
{
	char text[64], *boot = NULL;
	int err;

	if (s->offset.local)
		boot = meta_boot_id();
	snprintf(text, sizeof(text), "host-%016llx\n",
		 (unsigned long long)s->host);
	err = put(to, "boot_id", boot ? boot : text);
	free(boot);
	return err;
}

int take_meta(const struct sender *s, meta_put *put, void *to)
{
	int err = put_pair(put, to, "start", &s->first);

	if (!err)
		err = put_pair(put, to, "clock", &s->first);
	if (!err)
		err = put_line(put, to, "hostname", s->account.host);
	if (!err)
		err = put_cpus(s, put, to);
	if (!err)
		err = put_events(s, put, to);
	if (!err)
		err = put_line(put, to, "session", s->account.session);
	if (!err)
		err = put_line(put, to, "kernel", s->account.kernel);
	if (!err)
		err = put_line(put, to, "device", s->account.device);
	if (!err)
		err = put_boot_id(s, put, to);
	if (!err)
		err = put_collector(put, to);
	return err ? err : put_offset(s, put, to);
}

/* ---- for capture ---- */

static const char *format(void *arg)
{
	return ((struct take *)arg)->s->format_text;
}

static int meta(void *arg, meta_put *put, void *to)
{
	return take_meta(((struct take *)arg)->s, put, to);
}

/* Its newest frame's. */
static int clocks(void *arg, meta_put *put, void *to)
{
	return put_pair(put, to, "clock", &((struct take *)arg)->s->r.clock);
}

static u64 now(void *arg)
{
	return ((struct take *)arg)->s->r.clock.mono_ns;
}

static u64 lost(void *arg)
{
	return ((struct take *)arg)->s->r.lost;
}

static u32 keyframes(void *arg)
{
	return ((struct take *)arg)->s->r.clock.epoch + 1;
}

static bool cpu(void *arg, u32 i, u32 *to)
{
	const struct rebuild *r = &((struct take *)arg)->s->r;

	if (i >= r->nstreams)
		return false;
	*to = r->streams[i]->build.cpu;
	return true;
}

static const struct capture_ops ops = {
	.format = format,
	.meta = meta,
	.clock = clocks,
	.now = now,
	.lost = lost,
	.keyframes = keyframes,
	.cpu = cpu,
	.move_ns = MOVE_NS,
};

struct take *take_open(const struct capture_opts *o, struct sender *s,
		       char *path)
{
	struct take *t = xcalloc(1, sizeof(*t));
	int code;

	t->o = *o;
	t->o.name = path;
	t->path = path;
	t->fd = -1;
	t->s = s;
	code = capture_open(&t->c, &t->o, &ops, t);
	if (!code) {
		code = capture_begin(&t->c);
		if (code)
			capture_drop(&t->c);
	}
	if (!code)
		return t;
	take_free(t);
	return NULL;
}

int take_format(struct take *t)
{
	return capture_format(&t->c);
}

static int put_meta(void *arg, const char *name, const char *text)
{
	return capture_meta(arg, name, text);
}

/*
 * The newer the better, but a reader takes a limited number of them: each
 * second at first, in the end once in a quarter of an hour.
 */
static int tell_offset(struct take *t, u64 now)
{
	enum { OFTEN = 32 };
	const struct offset *o = &t->s->offset;

	if (o->version == t->told_version || now < t->tell_ns)
		return 0;
	if (!(t->told++ % OFTEN))
		t->tell_gap_ns = t->tell_gap_ns ? 4 * t->tell_gap_ns :
						  NSEC_PER_SEC / 2;
	if (t->tell_gap_ns > 900 * NSEC_PER_SEC)
		t->tell_gap_ns = 900 * NSEC_PER_SEC;
	t->tell_ns = now + t->tell_gap_ns;
	t->told_version = o->version;
	return put_offset(t->s, put_meta, &t->c);
}

int take_tick(struct take *t, u64 now)
{
	int err = tell_offset(t, now);

	return err ? err : t->c.sink.ops->flush(&t->c.sink);
}

int take_end(struct take *t)
{
	int code;

	/* the last word on it, which counts for all of the file */
	if (t->s->offset.version != t->told_version && t->s->whole)
		put_offset(t->s, put_meta, &t->c);
	if (t->o.mode == OUT_UNNAMED)
		t->fd = fcntl(t->c.cur.fd, F_DUPFD_CLOEXEC, 0);
	code = capture_end(&t->c, t->s->whole);
	t->bytes = capture_bytes(&t->c);
	return code;
}

void take_free(struct take *t)
{
	if (t->fd >= 0)
		close(t->fd);
	free(t->path);
	free(t);
}
