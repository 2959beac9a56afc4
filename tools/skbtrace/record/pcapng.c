// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/io.h"
#include "lib/num.h"
#include "lib/version.h"
#include "record/pcapng.h"

enum {
	SHB = 0x0a0d0d0a,
	IDB = 1,
	ISB = 5,
	ORDER_MAGIC = 0x1a2b3c4d,
	LINKTYPE_RAW = 101,
};

enum {				/* options of blocks */
	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_USERAPPL = 4,
	IDB_NAME = 2,
	IDB_TSRESOL = 9,
	ISB_IFRECV = 4,
	ISB_IFDROP = 5,
};

struct block {
	u8 at[512];
	u32 len;
};

static void put_bytes(struct block *b, const void *from, u32 n)
{
	memcpy(b->at + b->len, from, n);
	b->len += n;
	while (b->len & 3)
		b->at[b->len++] = 0;
}

static void put_32(struct block *b, u32 v)
{
	put_bytes(b, &v, sizeof(v));
}

static void put_64(struct block *b, u64 v)
{
	put_bytes(b, &v, sizeof(v));
}

static void put_option(struct block *b, u16 code, const void *from, u16 n)
{
	put_32(b, code | (u32)n << 16);
	put_bytes(b, from, n);
}

static void begin(struct block *b, u32 type)
{
	b->len = 0;
	put_32(b, type);
	put_32(b, 0);
}

static int end(struct block *b, int fd)
{
	u32 total;

	put_option(b, OPT_END, NULL, 0);
	total = b->len + sizeof(total);
	memcpy(b->at + 4, &total, sizeof(total));
	put_32(b, total);
	return write_all(fd, b->at, b->len);
}

int pcapng_begin(int fd)
{
	static const char app[] = "skbtrace " SKBTRACE_VERSION, name[] = "ip";
	const u8 nanoseconds = 9;
	struct block b;
	int err;

	begin(&b, SHB);
	put_32(&b, ORDER_MAGIC);
	put_32(&b, 1);			/* version 1.0 */
	put_64(&b, UINT64_MAX);		/* length not known */
	put_option(&b, SHB_USERAPPL, app, sizeof(app) - 1);
	err = end(&b, fd);
	if (err)
		return err;
	begin(&b, IDB);
	put_32(&b, LINKTYPE_RAW);
	put_32(&b, 0);			/* snaplen: no limit */
	put_option(&b, IDB_NAME, name, sizeof(name) - 1);
	put_option(&b, IDB_TSRESOL, &nanoseconds, sizeof(nanoseconds));
	return end(&b, fd);
}

int pcapng_end(int fd, u64 received, u64 dropped, const char *why)
{
	u64 now = real_ns();
	struct block b;

	begin(&b, ISB);
	put_32(&b, 0);			/* interface */
	put_32(&b, now >> 32);
	put_32(&b, now);
	put_option(&b, ISB_IFRECV, &received, sizeof(received));
	put_option(&b, ISB_IFDROP, &dropped, sizeof(dropped));
	if (*why)
		put_option(&b, OPT_COMMENT, why, strnlen(why, 256));
	return end(&b, fd);
}
