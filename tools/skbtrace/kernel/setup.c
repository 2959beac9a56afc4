// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kernel/ctl.h"
#include "kernel/setup.h"
#include "lib/io.h"
#include "lib/run.h"

enum { MODPROBE_MS = 30000 };

static bool is_debugfs(const char *root)
{
	struct statfs fs;

	return !statfs(root, &fs) && fs.f_type == DEBUGFS_MAGIC;
}

/* Do not mount debugfs on a folder that is not empty. */
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

/* The state of lockdown is in securityfs, which may not be mounted. */
static void read_lockdown(char *s, size_t n)
{
	static const char dir[] = "/sys/kernel/security";
	bool mounted = false;
	char *path = xasprintf("%s/lockdown", dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	memset(s, 0, n);
	if (fd < 0 && errno == ENOENT && is_empty(dir)) {
		mounted = !mount("securityfs", dir, "securityfs", 0, NULL);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd >= 0) {
		if (read_all(fd, s, n - 1) < 0)
			memset(s, 0, n);
		close(fd);
	}
	if (mounted)
		umount2(dir, MNT_DETACH);
	free(path);
}

/* The state is in brackets: "none [integrity] confidentiality". */
static int locked_down(const char *what)
{
	char s[128], *level, *end;
	struct utsname u;

	read_lockdown(s, sizeof(s));
	level = strchr(s, '[');
	end = level ? strchr(level, ']') : NULL;
	if (!end)
		return 0;
	*end = '\0';
	if (!strcmp(++level, "none"))
		return 0;
	uname(&u);
	msg("this kernel (%s) is locked down (%s): %s", u.release, level, what);
	hint("boot with Secure Boot off, and without lockdown=%s", level);
	hint("or try it in a VM: make demo");
	return EXIT_FAILED;
}

int setup_denied(const char *root, const char *verb)
{
	if (geteuid()) {
		msg("%s needs root", verb);
		hint("try: sudo skbtrace ...");
	} else if (!locked_down("nobody may trace")) {
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

/* Is skbtrace-dkms installed, compiled or not? */
static bool has_dkms(void)
{
	glob_t g;
	bool found = !glob("/usr/src/skbtrace-*/dkms.conf", 0, NULL, &g);

	globfree(&g);
	return found;
}

/* Are the kernel's headers installed? */
static bool has_headers(const char *release)
{
	char *path = xasprintf("/lib/modules/%s/build/Makefile", release);
	bool found = !access(path, F_OK);

	free(path);
	return found;
}

static int no_skbtrace(const char *why)
{
	struct utsname u;

	uname(&u);
	msg("this kernel (%s) has no skbtrace: %s", u.release, why);
	if (!has_dkms()) {
		hint("install: apt install ./skbtrace-dkms_*.deb     "
		     "or try it in a VM: make demo");
		return EXIT_FAILED;
	}
	if (has_headers(u.release))
		hint("skbtrace-dkms has not been compiled for it");
	else
		hint("its headers are missing: apt install linux-headers-%s",
		     u.release);
	hint("then: dkms autoinstall");
	return EXIT_FAILED;
}

/* The vermagic of the module, e.g. "6.1.0-9-amd64 SMP preempt" */
static char *made_for(void)
{
	static const char *const argv[] = {
		"modinfo", "-F", "vermagic", "skbtrace", NULL
	};
	struct run r;
	char *s;

	run(&r, argv, MODPROBE_MS);
	s = xstrdup(r.status ? "" : run_line(&r));
	free(r.out);
	s[strcspn(s, " ")] = '\0';
	return s;
}

static int other_kernel(const char *release)
{
	char *made = made_for();

	if (*made && strcmp(made, release))
		msg("this kernel (%s) refuses the module skbtrace: "
		    "it was compiled for %s", release, made);
	else
		msg("this kernel (%s) refuses the module skbtrace: "
		    "it was compiled for another", release);
	free(made);
	if (has_dkms()) {
		hint("compile it again: dkms autoinstall -k %s",
		     release);
		return EXIT_FAILED;
	}
	hint("for this one: apt install ./skbtrace-dkms_*.deb");
	hint("or: make modules KDIR=%s", release);
	return EXIT_FAILED;
}

static int not_signed(const char *release)
{
	if (locked_down("it loads no module without a key that it knows"))
		return EXIT_FAILED;
	msg("this kernel (%s) refuses the module skbtrace: "
	    "it is not signed with a key that the kernel knows", release);
	hint("boot without module.sig_enforce, or enrol the key of DKMS:");
	hint("mokutil --import /var/lib/dkms/mok.pub");
	return EXIT_FAILED;
}

/* modprobe could not be run to its end: nobody knows what it would have said */
static int modprobe_broken(int err)
{
	if (err == -ENOENT)
		return no_skbtrace("no modprobe to load it with");
	if (err == -ETIMEDOUT)
		msg("modprobe skbtrace did not end within %d seconds",
		    MODPROBE_MS / 1000);
	else
		msg("cannot run modprobe: %s", strerror(-err));
	hint("try it by hand: modprobe skbtrace; dmesg may say why");
	return EXIT_FAILED;
}

static int modprobe_failed(struct run *r)
{
	static const char fatal[] = "modprobe: FATAL: ";
	struct utsname u;
	const char *line;
	bool missing = strstr(r->out, "not found");

	if (r->status < 0)
		return modprobe_broken(r->status);
	if (missing)
		return no_skbtrace("modprobe: module skbtrace not found");
	line = run_line(r);
	if (!strncmp(line, fatal, strlen(fatal)))
		line += strlen(fatal);
	uname(&u);
	if (strstr(line, "Exec format") || strstr(line, "Invalid module"))
		return other_kernel(u.release);
	if (strstr(line, "Key was rejected") || strstr(line, "key not avail"))
		return not_signed(u.release);
	if (strstr(line, "not permitted") &&
	    locked_down("it loads no module without a key that it knows"))
		return EXIT_FAILED;
	msg("this kernel (%s) does not load the module skbtrace: %s", u.release,
	    line);
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

	if (!access("/sys/module/skbtrace", F_OK) && !is_debugfs(root)) {
		msg("no debugfs on %s", root);
		hint("mount -t debugfs none %s", root);
		return EXIT_FAILED;
	}
	run(&r, argv, MODPROBE_MS);
	free(r.out);
	if (r.status < 0)
		return modprobe_broken(r.status);
	return r.status ? no_skbtrace("modprobe: module skbtrace not found") :
			  0;
}
