// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/uio.h>

#include "lib/crc.h"
#include "trace/file.h"
#include "trace/file_put.h"

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

static int put(const struct file_to *to, struct iovec *v, int n)
{
	return to->direct ? direct_put(to->direct, v, n) :
			    writev_all(to->fd, v, n);
}

int file_put_chunk(const struct file_to *to, u32 type, u32 cpu,
		   const void *data, size_t len, u64 *bytes)
{
	static const char zeros[8];
	struct sbt_chunk_hdr h = {
		.type = type, .len = len, .cpu = cpu, .crc = sbt_crc(data, len),
	};
	struct iovec v[3] = {
		{ &h, sizeof(h) },
		{ (void *)(uintptr_t)data, len },
		{ (void *)(uintptr_t)zeros, -len & 7 },
	};

	*bytes = sizeof(h) + len + (-len & 7);
	return put(to, v, 3);
}

int file_put_raw(const struct file_to *to, const void *p, size_t len)
{
	struct iovec v = { (void *)(uintptr_t)p, len };

	return put(to, &v, 1);
}

int file_put_flush(const struct file_to *to)
{
	return to->direct ? direct_flush(to->direct) : 0;
}
