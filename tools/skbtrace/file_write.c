// SPDX-License-Identifier: GPL-2.0
/* Writing a capture file: chunks, nothing per event. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "crc.h"
#include "file.h"
#include "linux/skbtrace_api.h"

struct sbt_writer {
	int fd;
	u64 bytes;
};

static int writev_all(int fd, struct iovec *v, int n)
{
	while (n) {
		ssize_t w = writev(fd, v, n);

		if (w < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		while (n && (size_t)w >= v->iov_len) {
			w -= v->iov_len;
			v++;
			n--;
		}
		if (n) {
			v->iov_base = (char *)v->iov_base + w;
			v->iov_len -= w;
		}
	}
	return 0;
}

struct sbt_writer *sbt_writer_open(int fd)
{
	struct sbt_file_hdr h = {
		.order = SBT_FILE_ORDER,
		.abi = SKBTRACE_ABI,
		.version = SBT_FILE_VERSION,
	};
	struct sbt_writer *w;
	int err;

	memcpy(h.magic, SBT_FILE_MAGIC, sizeof(h.magic));
	err = write_all(fd, &h, sizeof(h));
	if (err) {
		errno = -err;
		return NULL;
	}
	w = xcalloc(1, sizeof(*w));
	w->fd = fd;
	w->bytes = sizeof(h);
	return w;
}

int sbt_writer_chunk(struct sbt_writer *w, u32 type, u32 cpu,
		     const void *data, size_t len)
{
	static const char zeros[8];
	struct sbt_chunk_hdr h = { .type = type, .len = len, .cpu = cpu };
	struct iovec v[3] = {
		{ &h, sizeof(h) },
		{ (void *)(uintptr_t)data, len },
		{ (void *)(uintptr_t)zeros, -len & 7 },
	};
	int err;

	if (len > SBT_CHUNK_MAX)
		return -EFBIG;
	h.crc = sbt_crc(data, len);
	err = writev_all(w->fd, v, 3);
	if (!err)
		w->bytes += sizeof(h) + len + (-len & 7);
	return err;
}

int sbt_writer_format(struct sbt_writer *w, const char *text)
{
	size_t len = strlen(text);
	int err = sbt_writer_chunk(w, SBT_FORMAT, SBT_NO_CPU, text, len);

	return err ? err : sbt_writer_chunk(w, SBT_FORMAT, SBT_NO_CPU, text,
					    len);
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

u64 sbt_writer_bytes(const struct sbt_writer *w)
{
	return w->bytes;
}

int sbt_writer_close(struct sbt_writer *w, const struct sbt_end *end)
{
	int err = 0;

	if (end)
		err = sbt_writer_chunk(w, SBT_END, SBT_NO_CPU, end,
				       sizeof(*end));
	free(w);
	return err;
}
