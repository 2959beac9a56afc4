// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps a socket locked: it receives into a page that is missing, which another
 * process supplies later (userfaultfd).
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sk_hold.h"

#define TICK_US	2000

/* Return: a descriptor that reports faults in @page */
static int watch_page(void *page, size_t size)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)page, .len = size },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &reg)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The process that supplies the page */
static int bring_page(int faults, void *page, size_t size, const char *held,
		      const char *go)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)page, .len = size },
	};
	struct uffd_msg msg;
	int f;

	if (read(faults, &msg, sizeof(msg)) != sizeof(msg))
		return 1;
	f = open(held, O_CREAT | O_WRONLY, 0600);
	close(f);
	while (access(go, F_OK))
		usleep(TICK_US);
	return ioctl(faults, UFFDIO_ZEROPAGE, &zero) ? 1 : 0;
}

int sk_hold(int fd, const char *held, const char *go)
{
	size_t size = sysconf(_SC_PAGESIZE);
	int faults, status = 0;
	ssize_t n = -1;
	void *page;
	pid_t pid;

	page = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -1;
	faults = watch_page(page, size);
	pid = faults < 0 ? -1 : fork();
	if (!pid)
		_exit(bring_page(faults, page, size, held, go));
	if (pid > 0) {
		n = recv(fd, page, size, 0);
		waitpid(pid, &status, 0);
	}
	close(faults);
	munmap(page, size);
	return status ? -1 : n;
}
