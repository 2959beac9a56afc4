// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flight/board.h"

struct board *board_open(void)
{
	int fd = memfd_create(BOARD_NAME, MFD_CLOEXEC);
	struct board *b;

	if (fd < 0)
		return NULL;
	if (ftruncate(fd, sizeof(*b))) {
		close(fd);
		return NULL;
	}
	b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (b == MAP_FAILED) {
		close(fd);
		return NULL;
	}
	/* The descriptor stays open, for others to find it. */
	b->magic = BOARD_MAGIC;
	return b;
}

void board_close(struct board *b)
{
	if (b)
		munmap(b, sizeof(*b));
}

void board_begin(struct board *b)
{
	__atomic_store_n(&b->seq, b->seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

void board_end(struct board *b)
{
	__atomic_store_n(&b->seq, b->seq + 1, __ATOMIC_RELEASE);
}

int board_find(u32 pid)
{
	static const char want[] = "/memfd:" BOARD_NAME " ";
	char path[300], target[64];
	struct dirent *e;
	int fd = -ENOENT;
	ssize_t n;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	d = opendir(path);
	if (!d)
		return -errno;
	while (fd < 0 && (e = readdir(d))) {
		n = readlinkat(dirfd(d), e->d_name, target,
			       sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (!strncmp(target, want, strlen(want)))
			fd = openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC);
		if (fd == -1)
			fd = -errno;
	}
	closedir(d);
	return fd;
}

/* A consistent copy: the same even @seq before and after. */
bool board_read(int fd, struct board *b)
{
	struct board again;

	for (int tries = 0; tries < 1000; tries++) {
		if (pread(fd, b, sizeof(*b), 0) != sizeof(*b) ||
		    pread(fd, &again, sizeof(again), 0) != sizeof(again) ||
		    b->magic != BOARD_MAGIC)
			return false;
		if (b->seq % 2 || memcmp(b, &again, sizeof(again)))
			continue;
		b->last[sizeof(b->last) - 1] = '\0';
		b->error[sizeof(b->error) - 1] = '\0';
		return true;
	}
	return false;
}
