// SPDX-License-Identifier: GPL-2.0
#include <byteswap.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/skbtrace_api.h"
#include "trace/file.h"
#include "trace/out_file.h"

bool is_capture(int fd)
{
	char magic[8];
	u32 word;

	if (pread(fd, magic, sizeof(magic), 0) != sizeof(magic))
		return false;
	memcpy(&word, magic, sizeof(word));
	return !memcmp(magic, SBT_FILE_MAGIC, sizeof(magic)) ||
	       word == SKBTRACE_SUBBUF_MAGIC ||
	       word == bswap_32(SKBTRACE_SUBBUF_MAGIC);
}

/*
 * To check the content a file is opened for reading, too; a FIFO must not be.
 */
static int open_file(const char *name)
{
	struct stat st;
	int fd;

	if (!stat(name, &st) && !S_ISREG(st.st_mode))
		return open(name, O_WRONLY | O_CLOEXEC);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 && errno == EACCES)
		fd = open(name, O_WRONLY | O_CLOEXEC);
	return fd;
}

int out_file(struct out *o, const char *name)
{
	int fd = open_file(name);

	if (fd < 0)
		return fail(EXIT_FAILED, "cannot write %s: %m", name);
	if (is_capture(fd)) {
		close(fd);
		msg("-o %s: that is a capture, not overwritten", name);
		hint("-o names the file for the text; -i the capture");
		return EXIT_USAGE;
	}
	o->fd = fd;
	if (ftruncate(fd, 0) && errno != EINVAL)
		return fail(EXIT_FAILED, "cannot write %s: %m", name);
	return 0;
}
