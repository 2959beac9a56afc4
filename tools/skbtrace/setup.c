// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "ctl.h"
#include "run.h"
#include "setup.h"

enum { MODPROBE_MS = 30000 };

static bool is_debugfs(const char *root)
{
	struct statfs fs;

	return !statfs(root, &fs) && fs.f_type == DEBUGFS_MAGIC;
}

/* A folder with something in it is not a mount point that waits for us. */
static bool is_empty(const char *root)
{
	DIR *d = opendir(root);
	struct dirent *e;
	bool empty = true;

	if (!d)
		return false;
	while (empty && (e = readdir(d)))
		empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	closedir(d);
	return empty;
}

static bool locked_down(void)
{
	char s[128] = "";
	int fd = open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (read_all(fd, s, sizeof(s) - 1) < 0)
		s[0] = '\0';
	close(fd);
	return strstr(s, "[integrity]") || strstr(s, "[confidentiality]");
}

int setup_denied(const char *root, const char *verb)
{
	if (geteuid()) {
		msg("%s needs root", verb);
		hint("try: sudo skbtrace ...");
	} else if (locked_down()) {
		msg("kernel lockdown forbids %s/skbtrace", root);
		hint("it is on because of secure boot; boot with lockdown=none"
		     " or secure boot off");
	} else {
		msg("no permission for %s/skbtrace, although root", root);
		hint("in a container? Tracing is done on the host");
	}
	return EXIT_FAILED;
}

int setup_debugfs(const char *root, const char *verb)
{
	if (is_debugfs(root))
		return 0;
	if (geteuid())
		return setup_denied(root, verb);
	if (strcmp(root, CTL_DEBUGFS) && !is_empty(root)) {
		msg("%s is no debugfs%s", root,
		    access(root, F_OK) ? ": no such directory" : "");
		hint("-r is only needed where it is not on " CTL_DEBUGFS);
		return EXIT_FAILED;
	}
	if (!mount("debugfs", root, "debugfs", 0, "mode=700"))
		return 0;
	switch (errno) {
	case ENODEV:
		msg("this kernel has no debugfs (CONFIG_DEBUG_FS)");
		break;
	case EPERM:
	case EACCES:
		msg("cannot mount debugfs on %s: %m", root);
		hint("in a container? Tracing is done on the host");
		break;
	default:
		msg("cannot mount debugfs on %s: %m", root);
		hint("-r DIR names another place");
	}
	return EXIT_FAILED;
}

static int no_skbtrace(const char *why)
{
	struct utsname u;

	uname(&u);
	msg("this kernel (%s) has no skbtrace%s%s", u.release,
	    *why ? ": " : "", why);
	hint("install: scripts/overlay.sh KERNEL_TREE, then build it     "
	     "or try it in a VM: make demo");
	return EXIT_FAILED;
}

static int modprobe_failed(struct run *r)
{
	static const char fatal[] = "modprobe: FATAL: ";
	struct utsname u;
	const char *line;
	bool missing = strstr(r->out, "not found");

	if (r->status == -ENOENT)
		return no_skbtrace("no modprobe to load it with");
	if (missing || r->status < 0)
		return no_skbtrace("modprobe: module skbtrace not found");
	line = run_line(r);
	if (!strncmp(line, fatal, strlen(fatal)))
		line += strlen(fatal);
	uname(&u);
	msg("the module skbtrace does not load: %s", line);
	if (strstr(line, "Key was rejected"))
		hint("secure boot: sign it with a key that the machine has"
		     " enrolled (mokutil --import)");
	else if (strstr(line, "Exec format") || strstr(line, "Invalid"))
		hint("built for another kernel? make modules "
		     "KDIR=/lib/modules/%s/build", u.release);
	else
		hint("dmesg says more");
	return EXIT_FAILED;
}

int setup_module(const char *root, const char *verb)
{
	static const char *const argv[] = { "modprobe", "skbtrace", NULL };
	struct run r;
	int code = 0;

	if (geteuid())
		return setup_denied(root, verb);
	run(&r, argv, MODPROBE_MS);
	if (r.status) {
		code = modprobe_failed(&r);
	} else {
		char *dir = xasprintf("%s/skbtrace", root);

		if (access(dir, F_OK)) {
			msg("the module skbtrace is loaded, but there is no %s",
			    dir);
			hint("dmesg may say why");
			code = EXIT_FAILED;
		}
		free(dir);
	}
	free(r.out);
	return code;
}

int setup_look(const char *root)
{
	static const char *const argv[] = {
		"modprobe", "-n", "-q", "skbtrace", NULL
	};
	struct run r;
	int found;

	if (!access("/sys/module/skbtrace", F_OK) && !is_debugfs(root)) {
		msg("no debugfs on %s", root);
		hint("mount -t debugfs none %s", root);
		return EXIT_FAILED;
	}
	run(&r, argv, MODPROBE_MS);
	found = !r.status;
	free(r.out);
	return found ? 0 : no_skbtrace("modprobe: module skbtrace not found");
}
