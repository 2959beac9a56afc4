// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/num.h"
#include "record/outfile.h"
#include "record/progress.h"

static int cannot(const char *name)
{
	return fail(EXIT_FAILED, "cannot write %s: %m", name);
}

static int exists(const char *name)
{
	msg("%s exists", name);
	hint("-f overwrites it; -o FILE names another place");
	return EXIT_FAILED;
}

/* Under sudo the file gets the user who typed the command as its owner. */
static void give_to_user(int fd)
{
	const char *u = getenv("SUDO_UID"), *g = getenv("SUDO_GID");
	u64 uid, gid;

	if (geteuid() || !u || !g || !parse_u64(u, &uid) ||
	    !parse_u64(g, &gid) || uid >= UINT32_MAX || gid >= UINT32_MAX)
		return;
	if (fchown(fd, uid, gid))
		msg("cannot give the file to uid %llu: %m",
		    (unsigned long long)uid);
}

/*
 * NAME.part exists: a recording is running, or was killed. The latter may be
 * the only data about a rare event, so it is kept.
 */
static int step_aside(const char *part)
{
	int fd = open(part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
		      O_NONBLOCK);
	bool running;
	char *old;

	if (fd < 0)
		return cannot(part);
	running = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	if (running)
		return fail(EXIT_FAILED, "another recording writes %s", part);
	old = xasprintf("%s.old", part);
	if (rename(part, old)) {
		free(old);
		return cannot(part);
	}
	msg("%s, left by a recording that was killed, is now %s", part, old);
	free(old);
	return 0;
}

static int open_part(struct outfile *o)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int code;

	o->part = xasprintf("%s.part", o->name);
	o->fd = open(o->part, flags, 0600);
	if (o->fd < 0 && errno == EEXIST) {
		code = step_aside(o->part);
		if (code)
			return code;
		o->fd = open(o->part, flags, 0600);
	}
	if (o->fd < 0) {
		cannot(o->part);
		hint("-o FILE names another place");
		return EXIT_FAILED;
	}
	flock(o->fd, LOCK_EX | LOCK_NB);
	give_to_user(o->fd);
	return 0;
}

static int open_stdout(struct outfile *o)
{
	if (isatty(STDOUT_FILENO)) {
		msg("-o - writes binary data, not for a terminal");
		hint("-o - | skbtrace parse -, or another program that reads it");
		return EXIT_USAGE;
	}
	o->fd = STDOUT_FILENO;
	return 0;
}

static int open_target(struct outfile *o)
{
	struct stat st;
	bool there = !stat(o->name, &st);

	if (o->mode == OUT_UNNAMED) {
		o->fd = unnamed_file(o->name);
		return o->fd < 0 ? cannot(o->name) : 0;
	}
	if (there && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return cannot(o->name);
	}
	/* /dev/null, a FIFO: nothing to rename there. */
	if (there && !S_ISREG(st.st_mode)) {
		o->fd = open(o->name, O_WRONLY | O_CLOEXEC);
		return o->fd < 0 ? cannot(o->name) : 0;
	}
	if (o->mode == OUT_NEW && !faccessat(AT_FDCWD, o->name, F_OK,
					     AT_SYMLINK_NOFOLLOW))
		return exists(o->name);
	return open_part(o);
}

static void release(struct outfile *o)
{
	if (o->fd >= 0 && o->fd != STDOUT_FILENO)
		close(o->fd);
	o->fd = -1;
	free(o->name);
	free(o->part);
	o->name = NULL;
	o->part = NULL;
}

/* As of dd and fio: who has asked for it wants to know, not to get less. */
static int not_direct(const struct outfile *o, const char *name)
{
	if (!o->part)
		msg("%s is no file on a disk, as --direct needs", name);
	else
		msg("%s: the file system has no direct I/O", name);
	hint("-o FILE on another one, as ext4, xfs, btrfs are, or no --direct");
	return EXIT_FAILED;
}

static int open_writer(struct outfile *o, const char *name, unsigned int how)
{
	if ((how & SBT_DIRECT) && !o->part)
		return not_direct(o, name);
	o->w = sbt_writer_open(o->fd, how);
	if (o->w)
		return 0;
	if (errno == EPIPE)
		return -EPIPE;
	if ((how & SBT_DIRECT) && errno == EINVAL)
		return not_direct(o, name);
	return cannot(o->part ? o->part : name);
}

int outfile_open(struct outfile *o, const char *name, enum outfile_mode mode,
		 unsigned int how)
{
	int code;

	memset(o, 0, sizeof(*o));
	o->fd = -1;
	o->mode = mode;
	if (strcmp(name, "-")) {
		o->name = xstrdup(name);
		code = open_target(o);
	} else {
		code = open_stdout(o);
	}
	if (!code)
		code = open_writer(o, name, how);
	if (code)
		outfile_drop(o);
	return code;
}

int outfile_failed(struct outfile *o, int err)
{
	if (err == -EPIPE)
		return err;
	o->failed = true;
	progress_clear();
	msg("cannot write %s: %s", o->part ? o->part : o->name ? o->name :
	    "to stdout", strerror(-err));
	if (err == -ENOSPC || err == -EDQUOT)
		hint(o->mode == OUT_UNNAMED ?
		     "TMPDIR=DIR names another place" :
		     "recording stops; what is there is kept");
	/* An incomplete chunk would look like damage. */
	if (o->part && ftruncate(o->fd, sbt_writer_whole(o->w)))
		msg("cannot cut %s: %m", o->part);
	else if (o->part)
		lseek(o->fd, 0, SEEK_END);
	return err;
}

/* With NFS and quotas close() may report a full disk. */
static int close_part(struct outfile *o)
{
	int fd = o->fd;

	o->fd = -1;
	return close(fd) && errno != EINTR ? cannot(o->part) : 0;
}

static int final_name(struct outfile *o)
{
	char *old;
	int err;

	if (o->mode == OUT_BACKUP) {
		old = xasprintf("%s.old", o->name);
		err = rename(o->name, old);
		free(old);
		if (err && errno != ENOENT)
			return cannot(o->name);
	}
	if (o->mode == OUT_NEW) {
		err = renameat2(AT_FDCWD, o->part, AT_FDCWD, o->name,
				RENAME_NOREPLACE);
		/*
		 * Not supported by some file systems: rely on the check before.
		 */
		if (err && errno == EINVAL)
			err = rename(o->part, o->name);
	} else {
		err = rename(o->part, o->name);
	}
	if (!err)
		return 0;
	msg("cannot rename %s to %s: %m", o->part, o->name);
	return EXIT_FAILED;
}

int outfile_finish(struct outfile *o, const struct sbt_end *end)
{
	int code = 0, err = 0;

	if (o->w) {
		err = sbt_writer_end(o->w, end);
		o->bytes = sbt_writer_whole(o->w);
		sbt_writer_close(o->w);
	}
	o->w = NULL;
	if (err && err != -EPIPE && !o->failed) {
		errno = -err;
		code = cannot(o->part ? o->part : o->name ? o->name :
			      "to stdout");
		if (o->part && ftruncate(o->fd, o->bytes))
			msg("cannot cut %s: %m", o->part);
	}
	if (o->part) {
		err = close_part(o);
		code = code ? code : err;
	}
	if (o->part && code && o->whole_only) {
		unlink(o->part);
	} else if (o->part) {
		err = final_name(o);
		code = code ? code : err;
	}
	release(o);
	return code;
}

void outfile_drop(struct outfile *o)
{
	if (o->w)
		sbt_writer_close(o->w);
	o->w = NULL;
	if (o->part && o->fd >= 0)
		unlink(o->part);
	release(o);
}
