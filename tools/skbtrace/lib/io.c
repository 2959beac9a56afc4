// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/util.h"

int write_all(int fd, const void *p, size_t n)
{
	const char *c = p;

	while (n) {
		ssize_t w = write(fd, c, n);

		if (w < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		c += w;
		n -= w;
	}
	return 0;
}

ssize_t read_all(int fd, void *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, (char *)p + got, n - got);

		if (r < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (!r)
			break;
		got += r;
	}
	return got;
}

/* tee() leaves what it copies where it was. */
static ssize_t peek_pipe(int fd, void *p, size_t n)
{
	ssize_t got = -1;
	int copy[2];

	if (pipe2(copy, O_CLOEXEC))
		return -1;
	do {
		got = tee(fd, copy[1], n, 0);
	} while (got < 0 && errno == EINTR);
	if (got > 0)
		got = read(copy[0], p, got);
	close(copy[0]);
	close(copy[1]);
	return got;
}

size_t peek(int fd, void *p, size_t n)
{
	ssize_t got = -1;
	struct stat st;

	if (fstat(fd, &st))
		return 0;
	if (S_ISREG(st.st_mode))
		got = pread(fd, p, n, lseek(fd, 0, SEEK_CUR));
	else if (S_ISFIFO(st.st_mode))
		got = peek_pipe(fd, p, n);
	else if (S_ISSOCK(st.st_mode))
		got = recv(fd, p, n, MSG_PEEK);
	return got > 0 ? got : 0;
}

const char *unnamed_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/var/tmp";
}

int unnamed_file(const char *dir)
{
	int fd = open(dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	char *name;

	/* Some file systems do not support O_TMPFILE. */
	if (fd >= 0)
		return fd;
	name = xasprintf("%s/skbtrace.XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	free(name);
	return fd;
}
