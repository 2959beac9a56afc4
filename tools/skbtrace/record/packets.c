// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/num.h"
#include "lib/pcapng.h"
#include "lib/thread.h"
#include "lib/version.h"
#include "record/packets.h"

enum {
	PIPE_SIZE = 1 << 20,	/* 256 buffers */
};

/* The one before becomes NAME.old, if there is one. */
static void step_back(const char *name)
{
	char *old = xasprintf("%s.old", name);

	rename(name, old);
	free(old);
}

/* What stands before the packets; 0 or an errno */
static int write_begin(int fd)
{
	struct out o;
	int err;

	out_open(&o, fd);
	pcapng_section(&o, "Linux", "skbtrace " SKBTRACE_VERSION);
	pcapng_interface(&o, PCAPNG_IP, 0, "ip", NULL);
	out_flush(&o);
	err = o.err;
	out_free(&o);
	return err;
}

/* What stands behind them; 0 or an errno */
static int write_end(int fd, const struct packets_count *n)
{
	struct out o;
	int err;

	out_open(&o, fd);
	pcapng_statistics(&o, n->captured + n->lost, n->lost, n->why);
	out_flush(&o);
	err = o.err;
	out_free(&o);
	return err;
}

int packets_open(struct packets *p)
{
	const int how = p->mode == OUT_NEW ? O_EXCL : O_TRUNC;
	int err;

	p->pipe[0] = p->pipe[1] = -1;
	if (p->mode == OUT_BACKUP)
		step_back(p->name);
	p->fd = open(p->name, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
	if (p->fd < 0 && errno == EEXIST) {
		msg("%s exists", p->name);
		hint("-f overwrites it; -o FILE names another place");
		return EXIT_FAILED;
	}
	if (p->fd < 0)
		return fail(EXIT_FAILED, "cannot write %s: %m", p->name);
	err = write_begin(p->fd);
	if (err)
		return fail(EXIT_FAILED, "cannot write %s: %s", p->name,
			    strerror(err));
	if (pipe2(p->pipe, O_CLOEXEC | O_NONBLOCK))
		return fail(EXIT_FAILED, "cannot make a pipe: %m");
	/* a packet takes up to 19 buffers, 47 where MAX_SKB_FRAGS is 45 */
	if (fcntl(p->pipe[1], F_SETPIPE_SZ, PIPE_SIZE) < 0)
		return fail(EXIT_FAILED, "cannot make a pipe of %d bytes: %m",
			    PIPE_SIZE);
	return 0;
}

static int add_cpus(struct packets *p, const struct ctl *c)
{
	char name[sizeof("packets.cpu") + NUM_LEN];
	long nr = sysconf(_SC_NPROCESSORS_CONF);

	p->cpus = xmalloc(nr * sizeof(*p->cpus));
	for (int i = 0; i < nr; i++) {
		struct packets_cpu *cpu = &p->cpus[p->nr];

		snprintf(name, sizeof(name), "packets.cpu%d", i);
		cpu->fd = openat(c->dir, name, O_RDONLY | O_NONBLOCK |
				 O_CLOEXEC);
		if (cpu->fd < 0 && errno == ENOENT)
			continue;
		if (cpu->fd < 0)
			return fail(EXIT_FAILED, "cannot open %s: %m", name);
		p->nr++;
	}
	return p->nr ? 0 : fail(EXIT_FAILED,
				"the kernel offers no packets.cpuN");
}

/* What is in the pipe goes into the file. 0 or an errno */
static int empty_pipe(struct packets *p, size_t n)
{
	while (n) {
		ssize_t done = splice(p->pipe[0], NULL, p->fd, NULL, n,
				      SPLICE_F_MOVE);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? errno : EIO;
		n -= done;
		p->bytes += done;
	}
	return 0;
}

/*
 * What a processor has, as much as one call gives. Bytes; 0: nothing more for
 * now, or ever; -errno
 */
static ssize_t one_call(struct packets *p, struct packets_cpu *cpu)
{
	ssize_t n = splice(cpu->fd, NULL, p->pipe[1], NULL, PIPE_SIZE,
			   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	int err;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!n) {
		close(cpu->fd);
		cpu->fd = -1;
		return 0;
	}
	err = empty_pipe(p, n);
	return err ? -err : n;
}

/* Of each processor whose file says that it has some. 0 or an errno */
static int move_ready(struct packets *p, const struct pollfd *fds)
{
	for (int i = 0; i < p->nr; i++) {
		ssize_t n = fds[i].fd >= 0 && fds[i].revents ?
			    one_call(p, &p->cpus[i]) : 0;

		if (n < 0)
			return -n;
	}
	return 0;
}

/* Those at their end have a negative fd, which poll() ignores. How many not? */
static int to_poll(const struct packets *p, struct pollfd *fds)
{
	int n = 0;

	for (int i = 0; i < p->nr; i++) {
		fds[i] = (struct pollfd){ .fd = p->cpus[i].fd,
					  .events = POLLIN };
		n += fds[i].fd >= 0;
	}
	return n;
}

/*
 * It is for the kernel to say when there are enough: whoever asks for what has
 * come since the last call has a call for each few packets.
 */
static void *run(void *arg)
{
	struct packets *p = arg;
	struct pollfd *fds = xmalloc(p->nr * sizeof(*fds));

	while (!p->err && to_poll(p, fds)) {
		poll(fds, p->nr, -1);
		p->err = move_ready(p, fds);
	}
	free(fds);
	/* nothing more can be kept: end it all, and say why */
	if (p->err)
		kill(getpid(), SIGINT);
	return NULL;
}

int packets_start(struct packets *p, const struct ctl *c)
{
	int code = add_cpus(p, c), err;

	if (code)
		return code;
	err = thread_start(&p->thread, run, p);
	if (err)
		return fail(EXIT_FAILED, "cannot start a thread: %s",
			    strerror(err));
	p->running = true;
	return 0;
}

static void add_why(struct packets_count *n, const char *word, u64 count)
{
	size_t len = strlen(n->why);

	n->lost += count;
	if (count)
		snprintf(n->why + len, sizeof(n->why) - len, "%s%s %llu",
			 len ? ", " : "", word, (unsigned long long)count);
}

/* What begins the lost ones of a line of the control file "packets" */
static const char *const causes[] = {
	"full", "copies", "pins", "stale", "torn",
};

/* The sum of " @word=" over all lines */
static u64 sum_of(const char *text, const char *word)
{
	char *key = xasprintf(" %s=", word);
	u64 sum = 0;

	while ((text = strstr(text, key))) {
		text += strlen(key);
		sum += strtoull(text, NULL, 10);
	}
	free(key);
	return sum;
}

static void count(const struct ctl *c, struct packets_count *n)
{
	char *text = ctl_read(c, "packets");

	memset(n, 0, sizeof(*n));
	if (!text)
		return;
	n->captured = sum_of(text, "captured");
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		add_why(n, causes[i], sum_of(text, causes[i]));
	free(text);
}

static void close_all(struct packets *p)
{
	for (int i = 0; i < p->nr; i++)
		if (p->cpus[i].fd >= 0)
			close(p->cpus[i].fd);
	free(p->cpus);
	p->cpus = NULL;
	p->nr = 0;
	for (int i = 0; i < 2; i++)
		if (p->pipe[i] >= 0)
			close(p->pipe[i]);
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static int cannot_write(const struct packets *p, int err)
{
	msg("cannot write %s: %s", p->name, strerror(err));
	if (err == ENOSPC)
		hint("it is kept, up to there; --packets=SNAP keeps less of each packet");
	return EXIT_FAILED;
}

int packets_end(struct packets *p, const struct ctl *c,
		struct packets_count *n)
{
	if (p->running)
		pthread_join(p->thread, NULL);
	p->running = false;
	count(c, n);
	if (!p->err)
		p->err = write_end(p->fd, n);
	close_all(p);
	return p->err ? cannot_write(p, p->err) : 0;
}

void packets_drop(struct packets *p)
{
	if (p->running)
		pthread_join(p->thread, NULL);
	p->running = false;
	if (p->fd >= 0)
		unlink(p->name);
	close_all(p);
}
