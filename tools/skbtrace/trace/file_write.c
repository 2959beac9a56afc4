// SPDX-License-Identifier: GPL-2.0
/* Writing a capture file: chunks, nothing per event. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "linux/skbtrace_api.h"
#include "trace/file.h"
#include "trace/file_put.h"
#include "trace/packer.h"

struct sbt_writer {
	struct file_to to;
	u64 bytes, events;	/* written here, not by the packer */
	struct packer *packer;	/* NULL: chunks are written as they come */
	char *format;		/* for the end */
};

static int write_header(struct sbt_writer *w)
{
	struct sbt_file_hdr h = {
		.order = SBT_FILE_ORDER,
		.abi = SKBTRACE_ABI,
		.version = w->packer ? SBT_FILE_PACKED : SBT_FILE_PLAIN,
	};
	int err;

	memcpy(h.magic, SBT_FILE_MAGIC, sizeof(h.magic));
	err = file_put_raw(&w->to, &h, sizeof(h));
	if (!err)
		w->bytes += sizeof(h);
	return err;
}

struct sbt_writer *sbt_writer_open(int fd, unsigned int how)
{
	struct sbt_writer *w = xcalloc(1, sizeof(*w));
	int err = 0;

	w->to.fd = fd;
	if (how & SBT_DIRECT) {
		w->to.direct = direct_new(fd);
		err = w->to.direct ? 0 : -errno;
	}
	if (how & SBT_PACK)
		w->packer = packer_new(&w->to);
	if (!err)
		err = write_header(w);
	if (!err)
		return w;
	sbt_writer_close(w);
	errno = -err;
	return NULL;
}

static int put(struct sbt_writer *w, u32 type, u32 cpu, const void *data,
	       size_t len, u32 events)
{
	struct sbt_chunk_hdr h = { .type = type, .len = len, .cpu = cpu };
	u64 bytes;
	int err;

	if (len > SBT_CHUNK_MAX)
		return -EFBIG;
	if (w->packer)
		return packer_chunk(w->packer, &h, data, events);
	err = file_put_chunk(&w->to, type, cpu, data, len, &bytes);
	if (!err) {
		w->bytes += bytes;
		w->events += events;
	}
	return err;
}

int sbt_writer_chunk(struct sbt_writer *w, u32 type, u32 cpu,
		     const void *data, size_t len)
{
	return put(w, type, cpu, data, len, 0);
}

int sbt_writer_subbuf(struct sbt_writer *w, u32 cpu,
		      const struct skbtrace_subbuf *h)
{
	return put(w, SBT_SUBBUF, cpu, h, h->used, h->nr_events);
}

int sbt_writer_format(struct sbt_writer *w, const char *text)
{
	free(w->format);
	w->format = xstrdup(text);
	return put(w, SBT_FORMAT, SBT_NO_CPU, text, strlen(text), 0);
}

int sbt_writer_meta(struct sbt_writer *w, const char *name, const char *text)
{
	char *s = xasprintf("%s\n%s", name, text);
	int err = sbt_writer_chunk(w, SBT_META, SBT_NO_CPU, s, strlen(s));

	free(s);
	return err;
}

int sbt_writer_mark(struct sbt_writer *w, u32 cpu, u64 complete_ns)
{
	struct sbt_mark m = { .complete_ns = complete_ns };

	return sbt_writer_chunk(w, SBT_MARK, cpu, &m, sizeof(m));
}

void sbt_writer_limit(struct sbt_writer *w, u64 bytes)
{
	if (w->packer)
		packer_limit(w->packer, bytes);
}

int sbt_writer_tick(struct sbt_writer *w, bool now)
{
	if (w->packer)
		return packer_tick(w->packer, now);
	return w->to.direct ? direct_tick(w->to.direct, now) : 0;
}

int sbt_writer_flush(struct sbt_writer *w)
{
	return w->packer ? packer_flush(w->packer) : file_put_flush(&w->to);
}

u64 sbt_writer_bytes(const struct sbt_writer *w)
{
	return w->bytes + (w->packer ? packer_bytes(w->packer) : 0);
}

u64 sbt_writer_whole(const struct sbt_writer *w)
{
	return w->to.direct ? direct_whole(w->to.direct) : sbt_writer_bytes(w);
}

u64 sbt_writer_events(const struct sbt_writer *w)
{
	return w->events + (w->packer ? packer_events(w->packer) : 0);
}

/* Write the format again, in case the beginning of the file gets damaged. */
static int put_end(struct sbt_writer *w, const struct sbt_end *end)
{
	u64 bytes;
	int err = w->format ? put(w, SBT_FORMAT, SBT_NO_CPU, w->format,
				  strlen(w->format), 0) : 0;

	if (!err)
		err = sbt_writer_flush(w);
	if (!err)
		err = file_put_chunk(&w->to, SBT_END, SBT_NO_CPU, end,
				     sizeof(*end), &bytes);
	if (!err)
		w->bytes += bytes;
	return err;
}

int sbt_writer_end(struct sbt_writer *w, const struct sbt_end *end)
{
	int err = end ? put_end(w, end) : sbt_writer_flush(w);

	return err || !w->to.direct ? err : direct_end(w->to.direct);
}

int sbt_writer_next(struct sbt_writer *w)
{
	return write_header(w);
}

void sbt_writer_close(struct sbt_writer *w)
{
	if (w->packer)
		packer_free(w->packer);
	direct_free(w->to.direct);
	free(w->format);
	free(w);
}
