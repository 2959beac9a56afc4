// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/netns.h"
#include "lib/num.h"

#define NETNS_DIR	"/run/netns"
#define OWN		"/proc/self/ns/net"

/* Inode numbers of namespaces begin here, above all pids. */
enum { FIRST_INODE = 0x10000000 };

static int open_netns(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET)
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

static u32 inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

u32 netns_own(void)
{
	struct stat st;

	return stat(OWN, &st) ? 0 : st.st_ino;
}

/* ---- search ---- */

/* An open descriptor of @inode if DIR/NAME or DIR/NAME/ns/net is it, or -1. */
static int try_entry(const char *dir, const char *name, u32 inode)
{
	char *path = !strcmp(dir, "/proc") ?
		     xasprintf("/proc/%s/ns/net", name) :
		     xasprintf("%s/%s", dir, name);
	struct stat st;
	int fd = -1;

	if (!stat(path, &st) && st.st_ino == inode)
		fd = open_netns(path);
	free(path);
	return fd;
}

/* The same for all of a folder; *name, if wanted: which it was. */
static int search(const char *dir, u32 inode, char **name)
{
	const bool proc = !strcmp(dir, "/proc");
	DIR *d = opendir(dir);
	struct dirent *e;
	int fd = -1;

	if (!d)
		return -1;
	while (fd < 0 && (e = readdir(d))) {
		if (*e->d_name == '.' || (proc && *e->d_name > '9'))
			continue;
		fd = try_entry(dir, e->d_name, inode);
		if (fd >= 0 && name)
			*name = xstrdup(e->d_name);
	}
	closedir(d);
	return fd;
}

char *netns_name(u32 inode)
{
	char *name = NULL;
	int fd = search(NETNS_DIR, inode, &name);

	if (fd >= 0)
		close(fd);
	return name;
}

/* ---- being there ---- */

int netns_enter(u32 inode)
{
	int there = search(NETNS_DIR, inode, NULL), own, err;

	if (there < 0)
		there = search("/proc", inode, NULL);
	if (there < 0) {
		errno = ENOENT;
		return -1;
	}
	own = open_netns(OWN);
	if (own >= 0 && setns(there, CLONE_NEWNET)) {
		err = errno;
		close(own);
		own = -1;
		errno = err;
	}
	close(there);
	return own;
}

void netns_leave(int own)
{
	if (setns(own, CLONE_NEWNET)) {
		msg("cannot return to our network namespace: %m");
		exit(EXIT_FAILED);
	}
	close(own);
}

/* ---- what the user calls it ---- */

static void list_names(void)
{
	char line[256] = "";
	DIR *d = opendir(NETNS_DIR);
	struct dirent *e;
	size_t n = 0;

	while (d && n < sizeof(line) - 1 && (e = readdir(d)))
		if (*e->d_name != '.')
			n += snprintf(line + n, sizeof(line) - n, " %s",
				      e->d_name);
	if (d)
		closedir(d);
	if (*line)
		hint("there are:%s; else a path, a pid or an inode number",
		     line);
	else
		hint("a name of \"ip netns\", a path, a pid or an inode"
		     " number; all: lsns -t net");
}

static int from_path(const char *arg, const char *path, u32 *inode)
{
	int fd = open_netns(path), err = errno;

	if (fd >= 0) {
		*inode = inode_of(fd);
		close(fd);
		return 0;
	}
	if (err == EINVAL)
		return fail(EXIT_USAGE, "--netns %s: %s is no network"
			    " namespace", arg, path);
	msg("--netns %s: cannot open %s: %s", arg, path, strerror(err));
	if (err == ENOENT)
		list_names();
	return err == ENOENT ? EXIT_USAGE : EXIT_FAILED;
}

static int from_number(const char *arg, u64 number, u32 *inode)
{
	char *path;
	int code;

	if (number >= FIRST_INODE && number <= UINT32_MAX) {
		/* Nobody may be in it just now. */
		*inode = number;
		return 0;
	}
	path = xasprintf("/proc/%llu", (unsigned long long)number);
	code = access(path, F_OK);
	free(path);
	if (code) {
		msg("--netns %s: no process %llu, nor is it the inode number"
		    " of a namespace", arg, (unsigned long long)number);
		list_names();
		return EXIT_USAGE;
	}
	path = xasprintf("/proc/%llu/ns/net", (unsigned long long)number);
	code = from_path(arg, path, inode);
	free(path);
	return code;
}

int netns_find(const char *arg, u32 *inode)
{
	char *path;
	u64 number;
	int code;

	if (strchr(arg, '/'))
		return from_path(arg, arg, inode);
	path = xasprintf(NETNS_DIR "/%s", arg);
	if (!*arg || !strcmp(arg, ".") || !strcmp(arg, "..") ||
	    access(path, F_OK)) {
		free(path);
		if (parse_u64(arg, &number))
			return from_number(arg, number, inode);
		msg("--netns %s: no such network namespace", arg);
		list_names();
		return EXIT_USAGE;
	}
	code = from_path(arg, path, inode);
	free(path);
	return code;
}

/* ---- interfaces ---- */

/*
 * Opens a socket in that namespace, and returns to our own. -1 with a message.
 */
static int socket_in(u32 inode)
{
	int own, s;

	if (inode == netns_own()) {
		s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (s < 0)
			msg("cannot make a socket: %m");
		return s;
	}
	own = netns_enter(inode);
	if (own < 0 && errno == ENOENT) {
		msg("--dev: nobody is in network namespace %u", inode);
		hint("--dev looks there for the interface; name it by --netns"
		     " NAME or PATH");
		return -1;
	}
	if (own < 0) {
		msg("cannot enter network namespace %u: %m", inode);
		return -1;
	}
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		msg("cannot make a socket there: %m");
	netns_leave(own);
	return s;
}

static int no_dev(u32 inode, const char *arg)
{
	char *name = netns_name(inode);

	if (inode == netns_own()) {
		msg("--dev %s: no such interface here", arg);
		hint("ip link shows them; --netns names another network"
		     " namespace");
	} else {
		msg("--dev %s: no such interface in network namespace %s", arg,
		    name ? name : "of --netns");
		hint("ip -n NAME link shows them");
	}
	free(name);
	return EXIT_USAGE;
}

int netns_dev(u32 inode, const char *arg, u32 *index)
{
	struct ifreq r = {};
	int s, err;
	u64 number;

	if (strlen(arg) >= sizeof(r.ifr_name) || !*arg)
		return no_dev(inode, arg);
	s = socket_in(inode);
	if (s < 0)
		return EXIT_FAILED;
	strcpy(r.ifr_name, arg);
	err = ioctl(s, SIOCGIFINDEX, &r);
	if (err && parse_u64(arg, &number) && number <= INT32_MAX) {
		r.ifr_ifindex = number;
		err = ioctl(s, SIOCGIFNAME, &r);
		r.ifr_ifindex = number;
	}
	close(s);
	if (err)
		return no_dev(inode, arg);
	*index = r.ifr_ifindex;
	return 0;
}
