// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/ctl.h"
#include "kernel/reader.h"
#include "kernel/stat.h"
#include "lib/num.h"

enum { READ_SIZE = 1 << 20 };

int reader_open(struct reader *r, const struct ctl *ctl)
{
	u64 size, nr;
	int n;

	memset(r, 0, sizeof(*r));
	r->ctl = ctl;
	if (!ctl_number(ctl, "subbuf_size", &size) ||
	    !ctl_number(ctl, "subbuf_nr", &nr))
		return fail(EXIT_FAILED, "cannot read the buffer sizes: %m");
	if (size < sizeof(struct skbtrace_subbuf) || size > READ_SIZE)
		return fail(EXIT_FAILED, "the kernel's subbuf_size is %llu?",
			    (unsigned long long)size);
	r->subbuf_size = size;
	r->subbuf_nr = nr;
	r->buf_size = READ_SIZE / size * size;
	r->buf = xmalloc(r->buf_size);
	n = reader_scan(r);
	if (n < 0)
		return fail(EXIT_FAILED, "cannot open the trace files: %s",
			    strerror(-n));
	if (!n)
		return fail(EXIT_FAILED, "the kernel offers no trace files");
	return 0;
}

static void end_cpu(struct reader_cpu *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	free(c->rest);
	c->rest = NULL;
}

void reader_close(struct reader *r)
{
	for (int i = 0; i < r->nr; i++)
		end_cpu(&r->cpus[i]);
	free(r->cpus);
	free(r->buf);
	r->cpus = NULL;
	r->buf = NULL;
	r->nr = 0;
}

static bool known(const struct reader *r, u32 cpu)
{
	for (int i = 0; i < r->nr; i++)
		if (r->cpus[i].cpu == cpu)
			return true;
	return false;
}

static int add_cpu(struct reader *r, const char *name, u32 cpu)
{
	struct reader_cpu *c;
	int fd = openat(r->ctl->dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	r->cpus = xrealloc(r->cpus, (r->nr + 1) * sizeof(*r->cpus));
	c = &r->cpus[r->nr++];
	memset(c, 0, sizeof(*c));
	c->cpu = cpu;
	c->fd = fd;
	return 1;
}

static int by_cpu(const void *a, const void *b)
{
	const struct reader_cpu *x = a, *y = b;

	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

int reader_scan(struct reader *r)
{
	static const char prefix[] = "trace.cpu";
	int fd = openat(r->ctl->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int added = 0, err;

	if (!d) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while ((e = readdir(d))) {
		const char *num = e->d_name + strlen(prefix);
		u64 cpu;

		if (strncmp(e->d_name, prefix, strlen(prefix)) ||
		    !parse_u64(num, &cpu) || cpu > UINT32_MAX ||
		    known(r, cpu))
			continue;
		err = add_cpu(r, e->d_name, cpu);
		/* Gone again, or shown before its buffer is ready. */
		if (err < 0 && err != -ENOENT && err != -EAGAIN) {
			closedir(d);
			return err;
		}
		added += err > 0;
	}
	closedir(d);
	if (added)
		qsort(r->cpus, r->nr, sizeof(*r->cpus), by_cpu);
	return added;
}

bool reader_ended(const struct reader *r)
{
	for (int i = 0; i < r->nr; i++)
		if (r->cpus[i].fd >= 0)
			return false;
	return true;
}

static bool sound(const struct reader *r, const struct reader_cpu *c,
		  const struct skbtrace_subbuf *h)
{
	if (h->magic == SKBTRACE_SUBBUF_MAGIC && h->abi == SKBTRACE_ABI &&
	    h->hdr_len >= sizeof(*h) && h->used >= h->hdr_len &&
	    h->used <= h->size && h->size == r->subbuf_size &&
	    h->cpu == c->cpu)
		return true;
	msg("trace.cpu%u: not a sub-buffer: magic %#x abi %u cpu %u size %u "
	    "used %u", c->cpu, h->magic, h->abi, h->cpu, h->size, h->used);
	return false;
}

static int one_subbuf(struct reader *r, struct reader_cpu *c,
		      const void *data, struct sink *sink)
{
	const struct skbtrace_subbuf *h = data;

	if (!sound(r, c, h))
		return -EPROTO;
	c->subbufs++;
	r->events += h->nr_events;
	r->bytes += h->used;
	return sink->ops->subbuf(sink, c->cpu, h);
}

/* @n bytes were read into @p; an incomplete sub-buffer is kept. */
static int pieces(struct reader *r, struct reader_cpu *c, const char *p,
		  size_t n, struct sink *sink)
{
	const size_t size = r->subbuf_size;
	int err = 0;

	if (c->rest_len) {
		size_t want = size - c->rest_len;

		if (want > n)
			want = n;
		memcpy(c->rest + c->rest_len, p, want);
		c->rest_len += want;
		p += want;
		n -= want;
		if (c->rest_len == size) {
			c->rest_len = 0;
			err = one_subbuf(r, c, c->rest, sink);
		}
	}
	for (; !err && n >= size; p += size, n -= size)
		err = one_subbuf(r, c, p, sink);
	if (!err && n) {
		if (!c->rest)
			c->rest = xmalloc(size);
		memcpy(c->rest, p, n);
		c->rest_len = n;
	}
	return err;
}

static int drain_cpu(struct reader *r, struct reader_cpu *c, struct sink *sink)
{
	const u64 stop = c->subbufs + r->subbuf_nr;
	ssize_t n;
	int err;

	do {
		n = read(c->fd, r->buf, r->buf_size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0) {
			err = -errno;
			msg("trace.cpu%u: %m", c->cpu);
			return err;
		}
		if (!n) {
			if (c->rest_len)
				msg("trace.cpu%u: ends within a sub-buffer",
				    c->cpu);
			end_cpu(c);
			return 0;
		}
		err = pieces(r, c, r->buf, n, sink);
		if (err)
			return err;
	} while (c->subbufs < stop);
	return 0;
}

int reader_drain(struct reader *r, struct sink *sink)
{
	const u64 before = r->bytes;
	int err = 0;

	for (int i = 0; !err && i < r->nr; i++)
		if (r->cpus[i].fd >= 0)
			err = drain_cpu(r, &r->cpus[i], sink);
	if (r->bytes != before)
		r->drained_ns = mono_ns();
	return err;
}

bool reader_uncovered(const struct reader *r)
{
	for (int i = 0; i < r->nr; i++)
		if (r->cpus[i].fd >= 0 && r->cpus[i].mark < r->drained_ns)
			return r->drained_ns;
	return false;
}

/*
 * "stat" is in order of CPUs, and so mostly are we: try @hint first.
 */
static struct reader_cpu *find_cpu(struct reader *r, u32 cpu, int hint)
{
	if (hint < r->nr && r->cpus[hint].cpu == cpu)
		return &r->cpus[hint];
	for (int i = 0; i < r->nr; i++)
		if (r->cpus[i].cpu == cpu)
			return &r->cpus[i];
	return NULL;
}

int reader_marks(struct reader *r, const struct ctl_stat *st,
		 struct sink *sink)
{
	if (!reader_uncovered(r))
		return 0;
	for (int i = 0; i < st->nr; i++) {
		struct reader_cpu *c = find_cpu(r, st->cpus[i].cpu, i);
		int err;

		if (!c || c->mark >= st->cpus[i].complete_ns)
			continue;
		c->mark = st->cpus[i].complete_ns;
		err = sink->ops->mark(sink, c->cpu, c->mark);
		if (err)
			return err;
	}
	return 0;
}
