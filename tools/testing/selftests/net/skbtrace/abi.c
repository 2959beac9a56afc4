// SPDX-License-Identifier: GPL-2.0
/*
 * What trace.cpuN promises its reader: whole sub-buffers, whatever the size of
 * a read; EAGAIN; poll(); no second reader; the end. And how long a session
 * lives that a descriptor of "owner" keeps.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/skbtrace_api.h>
#include "../../kselftest_harness.h"

#define CTL		"/sys/kernel/debug/skbtrace/"
#define SUBBUF_SIZE	4096
#define FLUSH_WAIT	10000	/* ms; a flush comes every 100 ms */

/* The first test may have to load the module. */
static bool have_skbtrace(void)
{
	if (!access(CTL "version", R_OK))
		return true;
	return !system("modprobe -q skbtrace") && !access(CTL "version", R_OK);
}

static int control(const char *file, const char *text)
{
	int fd, n, err = 0;
	char path[128];

	snprintf(path, sizeof(path), CTL "%s", file);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

/* udp_send events on this CPU */
static int generate(int count)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), i;

	if (fd < 0)
		return -1;
	for (i = 0; i < count; i++)
		sendto(fd, "x", 1, 0, (void *)&to, sizeof(to));
	close(fd);
	return 0;
}

FIXTURE(abi) {
	int fd;
};

FIXTURE_SETUP(abi)
{
	cpu_set_t set;

	if (geteuid())
		SKIP(return, "not root");
	if (!have_skbtrace())
		SKIP(return, "no skbtrace in this kernel");
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(set), &set));
	ASSERT_EQ(0, control("enabled", "-*"));
	ASSERT_EQ(0, control("subbuf_size", "4096"));
	ASSERT_EQ(0, control("subbuf_nr", "8"));
	ASSERT_EQ(0, control("enabled", "udp_send"));
	self->fd = open(CTL "trace.cpu0", O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(abi)
{
	close(self->fd);
	control("enabled", "-*");
}

TEST_F(abi, second_reader)
{
	int fd = open(CTL "trace.cpu0", O_RDONLY);

	EXPECT_EQ(-1, fd);
	EXPECT_EQ(EBUSY, errno);
	close(self->fd);
	self->fd = open(CTL "trace.cpu0", O_RDONLY);
	EXPECT_LE(0, self->fd);
}

TEST_F(abi, no_writing)
{
	int fd = open(CTL "trace.cpu0", O_RDWR);

	/* root may open it all the same, but not write */
	if (fd >= 0) {
		EXPECT_EQ(-1, write(fd, "x", 1));
		close(fd);
	}
}

TEST_F(abi, nothing_yet)
{
	struct pollfd p = { .fd = self->fd, .events = POLLIN };
	char byte;

	EXPECT_EQ(-1, read(self->fd, &byte, 1));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, poll(&p, 1, 0));
	EXPECT_EQ(0, read(self->fd, &byte, 0));
}

TEST_F(abi, poll_wakes_up)
{
	struct pollfd p = { .fd = self->fd, .events = POLLIN };

	ASSERT_EQ(0, generate(1));
	EXPECT_EQ(1, poll(&p, 1, FLUSH_WAIT));
	EXPECT_EQ(POLLIN, p.revents);
}

/* a read that blocks is woken up by the flush, or by a signal */
TEST_F(abi, blocking_read)
{
	char buf[SUBBUF_SIZE];

	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, 0));
	ASSERT_EQ(0, generate(1));
	EXPECT_EQ(SUBBUF_SIZE, read(self->fd, buf, sizeof(buf)));
}

static void nop(int sig)
{
}

TEST_F(abi, interrupted_read)
{
	struct sigaction sa = { .sa_handler = nop };	/* no SA_RESTART */
	char byte;

	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, 0));
	ASSERT_EQ(0, sigaction(SIGALRM, &sa, NULL));
	ualarm(20000, 0);
	EXPECT_EQ(-1, read(self->fd, &byte, 1));
	EXPECT_EQ(EINTR, errno);
}

/* Whole sub-buffers, whatever the size of a read */
TEST_F(abi, any_read_size)
{
	static const size_t sizes[] = { 1, 7, 72, 4095, 4096, 4097, 10000 };
	char stream[16 * SUBBUF_SIZE];
	struct skbtrace_subbuf *h;
	size_t got = 0, n = 0;
	ssize_t len;

	/* more than a sub-buffer's worth */
	ASSERT_EQ(0, generate(100));
	ASSERT_EQ(0, control("enabled", "-*"));
	while (got < sizeof(stream)) {
		len = sizes[n++ % 7];
		if ((size_t)len > sizeof(stream) - got)
			len = sizeof(stream) - got;
		len = read(self->fd, stream + got, len);
		ASSERT_LE(0, len);
		if (!len)
			break;
		got += len;
	}
	EXPECT_LE(2 * SUBBUF_SIZE, got);
	EXPECT_EQ(0, got % SUBBUF_SIZE);
	for (n = 0; n < got; n += SUBBUF_SIZE) {
		h = (void *)(stream + n);
		EXPECT_EQ(SKBTRACE_SUBBUF_MAGIC, h->magic);
		EXPECT_EQ(SUBBUF_SIZE, h->size);
	}
	EXPECT_EQ(0, read(self->fd, stream, sizeof(stream)));
}

TEST_F(abi, end)
{
	struct pollfd p = { .fd = self->fd, .events = POLLIN };
	char buf[SUBBUF_SIZE];

	ASSERT_EQ(0, generate(1));
	ASSERT_EQ(0, control("enabled", "-*"));
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLIN, p.revents);
	EXPECT_EQ(SUBBUF_SIZE, read(self->fd, buf, sizeof(buf)));
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLIN | POLLHUP, p.revents);
	EXPECT_EQ(0, read(self->fd, buf, sizeof(buf)));
	EXPECT_EQ(0, read(self->fd, buf, sizeof(buf)));
}

/* memory that can't be written to loses nothing */
TEST_F(abi, bad_address)
{
	char buf[SUBBUF_SIZE];
	void *nowhere = mmap(NULL, SUBBUF_SIZE, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, nowhere);
	ASSERT_EQ(0, generate(1));
	ASSERT_EQ(0, control("enabled", "-*"));
	EXPECT_EQ(-1, read(self->fd, nowhere, SUBBUF_SIZE));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(SUBBUF_SIZE, read(self->fd, buf, sizeof(buf)));
}

/* A file that is still open from the run before delivers that run, no other. */
TEST_F(abi, reader_of_an_old_run)
{
	char buf[SUBBUF_SIZE];
	int fd;

	ASSERT_EQ(0, generate(1));
	ASSERT_EQ(0, control("enabled", "-*"));
	ASSERT_EQ(0, control("enabled", "udp_send"));
	fd = open(CTL "trace.cpu0", O_RDONLY | O_NONBLOCK);
	EXPECT_LE(0, fd);
	EXPECT_EQ(-1, read(fd, buf, sizeof(buf)));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(SUBBUF_SIZE, read(self->fd, buf, sizeof(buf)));
	EXPECT_EQ(0, read(self->fd, buf, sizeof(buf)));
	close(fd);
}

/* The session lives as long as any copy of the descriptor. */
TEST(owner_is_inherited)
{
	char text[64] = "";
	int fd, reader, pipes[2];
	pid_t pid;

	if (geteuid() || !have_skbtrace())
		SKIP(return, "not root, or no skbtrace");
	control("enabled", "-*");
	fd = open(CTL "owner", O_WRONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, pipe(pipes));
	pid = fork();
	if (!pid) {
		close(pipes[1]);
		/* returns when the parent has checked, and closed the pipe */
		if (read(pipes[0], text, 1))
			_exit(1);
		_exit(0);
	}
	close(pipes[0]);
	close(fd);
	EXPECT_EQ(0, control("enabled", "udp_send"));
	reader = open(CTL "owner", O_RDONLY);
	ASSERT_LE(0, reader);
	EXPECT_LT(0, read(reader, text, sizeof(text) - 1));
	EXPECT_EQ(0, strncmp(text, "pid ", 4));
	close(reader);
	EXPECT_EQ(-1, open(CTL "owner", O_RDWR));
	EXPECT_EQ(EBUSY, errno);
	close(pipes[1]);
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	reader = open(CTL "owner", O_RDONLY);
	EXPECT_EQ(5, read(reader, text, sizeof(text)));
	EXPECT_EQ(0, strncmp(text, "none\n", 5));
	close(reader);
}

TEST_HARNESS_MAIN
