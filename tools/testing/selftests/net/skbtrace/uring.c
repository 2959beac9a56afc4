// SPDX-License-Identifier: GPL-2.0
/*
 * uring FILE SIZE - read trace.cpuN, after tracing, by several reads of
 * io_uring at once, which take no lock of the file
 *
 * SIZE is that of a sub-buffer. Each must be delivered once, whole. Prints
 * "subbufs=N twice=N torn=N"; exit status 4 if there is no io_uring.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/skbtrace_api.h>

#define READS	8U	/* at once */
#define MAX	65536U	/* sub-buffers */

struct ring {
	int			fd;
	unsigned int		*sq_tail;
	unsigned int		*sq_array;
	unsigned int		sq_mask;
	struct io_uring_sqe	*sqes;
	unsigned int		*cq_head;
	unsigned int		*cq_tail;
	unsigned int		cq_mask;
	struct io_uring_cqe	*cqes;
};

static void *map(int fd, size_t len, off_t what)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_POPULATE, fd, what);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

static void setup(struct ring *r)
{
	struct io_uring_params p = { 0 };
	uint8_t *sq, *cq;

	r->fd = syscall(__NR_io_uring_setup, READS, &p);
	if (r->fd < 0)
		err(4, "io_uring");
	sq = map(r->fd, p.sq_off.array + p.sq_entries * sizeof(unsigned int),
		 IORING_OFF_SQ_RING);
	cq = map(r->fd, p.cq_off.cqes + p.cq_entries * sizeof(*r->cqes),
		 IORING_OFF_CQ_RING);
	r->sqes = map(r->fd, p.sq_entries * sizeof(*r->sqes), IORING_OFF_SQES);
	r->sq_tail = (void *)(sq + p.sq_off.tail);
	r->sq_array = (void *)(sq + p.sq_off.array);
	r->sq_mask = *(unsigned int *)(sq + p.sq_off.ring_mask);
	r->cq_head = (void *)(cq + p.cq_off.head);
	r->cq_tail = (void *)(cq + p.cq_off.tail);
	r->cq_mask = *(unsigned int *)(cq + p.cq_off.ring_mask);
	r->cqes = (void *)(cq + p.cq_off.cqes);
}

static void submit(struct ring *r, int fd, uint8_t *to, size_t size)
{
	unsigned int i, tail = *r->sq_tail, at;

	for (i = 0; i < READS; i++, tail++) {
		at = tail & r->sq_mask;
		memset(&r->sqes[at], 0, sizeof(r->sqes[at]));
		r->sqes[at].opcode = IORING_OP_READ;
		r->sqes[at].flags = IOSQE_ASYNC;
		r->sqes[at].fd = fd;
		r->sqes[at].addr = (uintptr_t)(to + i * size);
		r->sqes[at].len = size;
		r->sqes[at].user_data = i;
		r->sq_array[at] = at;
	}
	__atomic_store_n(r->sq_tail, tail, __ATOMIC_RELEASE);
	if (syscall(__NR_io_uring_enter, r->fd, READS, READS,
		    IORING_ENTER_GETEVENTS, NULL, 0) != READS)
		err(1, "io_uring_enter");
}

static uint64_t first[MAX];
static unsigned int nr, torn, twice;

static void got(const uint8_t *p, int res, size_t size)
{
	const struct skbtrace_subbuf *h = (const void *)p;

	if (!res)
		return;
	if (res < 0)
		errx(1, "read: %s", strerror(-res));
	if ((size_t)res != size || h->magic != SKBTRACE_SUBBUF_MAGIC ||
	    h->size != size || nr == MAX) {
		torn++;
		return;
	}
	first[nr++] = h->first_seq;
}

static int by_seq(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	unsigned int i, head, before;
	struct ring r;
	uint8_t *to;
	size_t size;
	int fd;

	if (argc != 3)
		errx(2, "usage: uring FILE SIZE");
	size = strtoul(argv[2], NULL, 0);
	fd = open(argv[1], O_RDONLY);
	if (fd < 0)
		err(1, "%s", argv[1]);
	to = malloc(READS * size);
	if (!to)
		err(1, "malloc");
	setup(&r);
	do {
		before = nr + torn;
		submit(&r, fd, to, size);
		head = *r.cq_head;
		for (i = 0; i < READS; i++, head++) {
			const struct io_uring_cqe *c;

			c = &r.cqes[head & r.cq_mask];
			got(to + c->user_data * size, c->res, size);
		}
		__atomic_store_n(r.cq_head, head, __ATOMIC_RELEASE);
	} while (nr + torn > before && torn < 100);
	qsort(first, nr, sizeof(*first), by_seq);
	for (i = 1; i < nr; i++)
		twice += first[i] == first[i - 1];
	printf("subbufs=%u twice=%u torn=%u\n", nr, twice, torn);
	return 0;
}
