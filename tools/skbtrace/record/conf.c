// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/num.h"
#include "record/conf.h"

enum { MAX_LINE = 4096, MAX_FILE = 1 << 20 };

/* ---- which file ---- */

/* The name of the file that @path means; the caller frees it. */
static char *name_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return xstrdup(path);
	return xasprintf("%s%s" CONF_NAME, path,
			 path[strlen(path) - 1] == '/' ? "" : "/");
}

static int open_file(const char *name, struct stat *st)
{
	/* Do not block on a FIFO. */
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err;

	if (fd < 0 || !fstat(fd, st))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* ---- whose file ---- */

/*
 * The file controls a program of root: only root and the user who runs it may
 * be able to write it.
 */
static bool is_trusted(const char *name, const struct stat *st)
{
	const char *sudo = getenv("SUDO_UID");
	u64 uid;

	if (!S_ISREG(st->st_mode)) {
		msg("%s is %s, not a file: not read", name,
		    S_ISDIR(st->st_mode) ? "a directory" : "something special");
		return false;
	}
	if (st->st_uid && st->st_uid != getuid() &&
	    !(sudo && parse_u64(sudo, &uid) && uid == st->st_uid)) {
		msg("%s belongs to uid %u, neither root nor you: not read",
		    name, st->st_uid);
		hint("chown root %s", name);
		return false;
	}
	if (st->st_mode & 0022) {
		msg("%s can be written by others: not read", name);
		hint("chmod go-w %s", name);
		return false;
	}
	return true;
}

/* ---- what is in it ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Without blanks at its ends and without a comment. */
static char *strip(char *s)
{
	char *end;

	while (is_blank(*s))
		s++;
	for (end = s; *end; end++)
		if (*end == '#' && (end == s || is_blank(end[-1])))
			break;
	while (end > s && is_blank(end[-1]))
		end--;
	*end = '\0';
	return s;
}

static void add(struct recopt *o, const char *name, u32 line,
		const char *text)
{
	o->specs = xrealloc(o->specs, (o->nspecs + 1) * sizeof(*o->specs));
	o->specs[o->nspecs++] = (struct spec){
		.text = xstrdup(text),
		.where = xasprintf("%s:%u", name, line),
	};
}

static int no_such_option(const char *line, const struct opt *opts)
{
	char list[256] = "";
	size_t n = 0;

	for (; opts->name; opts++)
		n += snprintf(list + n, sizeof(list) - n, " %s%s",
			      opts->letter ? "-" : "--",
			      opts->letter ? (char[]){ opts->letter, 0 } :
					     opts->name);
	msg("\"%.*s\" is no option of this file", (int)strcspn(line, " \t="),
	    line);
	hint("there are:%s, each with its argument on a line of its own", list);
	return EXIT_USAGE;
}

/* The argument of -X or --name, if @line is this option; else NULL. */
static const char *argument(const char *line, const struct opt *o)
{
	size_t n = strcspn(line, " \t=");
	const char *arg = line + n;

	if (n == 2 ? !o->letter || line[1] != o->letter :
	    strncmp(line, "--", 2) || strlen(o->name) != n - 2 ||
	    memcmp(line + 2, o->name, n - 2))
		return NULL;
	if (n > 2 && *arg == '=')
		return arg + 1;
	while (is_blank(*arg))
		arg++;
	return arg;
}

/* "-S port 443", "--netns=web". The command line takes precedence. */
static int option(struct recopt *o, const char *name, u32 line, const char *s)
{
	const struct opt opts[] = { CHOICE_OPTIONS(*o), {} };
	const struct opt *opt = opts;
	const char *arg = NULL;
	struct setting *v;

	while (opt->name && !(arg = argument(s, opt)))
		opt++;
	if (!arg)
		return no_such_option(s, opts);
	if (!*arg)
		return fail(EXIT_USAGE, "%s needs an argument", s);
	v = opt->dest;
	if (v->where) {
		msg("%.*s was given before", (int)strcspn(s, " \t="), s);
		hint("at %s", v->where);
		return EXIT_USAGE;
	}
	if (!v->text)
		*v = (struct setting){
			.text = xstrdup(arg),
			.where = xasprintf("%s:%u", name, line),
		};
	return 0;
}

/* A line without its comment: an option, or what -e takes. */
static int parse_line(struct recopt *o, const char *name, u32 line,
		      const char *s)
{
	char *where;
	int code;

	if (*s != '-') {
		if (*s)
			add(o, name, line, s);
		return 0;
	}
	where = xasprintf("%s:%u", name, line);
	msg_where(where);
	code = option(o, name, line, s);
	msg_where(NULL);
	free(where);
	return code;
}

static int parse(struct recopt *o, const char *name, char *s, size_t len)
{
	char *end = s + len;

	for (u32 line = 1; s < end; line++) {
		char *nl = memchr(s, '\n', end - s);
		size_t n = (nl ? nl : end) - s;
		int code;

		if (n > MAX_LINE) {
			msg("%s:%u: longer than %d bytes", name, line,
			    MAX_LINE);
			hint("one event a line: NAME[,KEY=VALUE...], @SET or GLOB");
			return EXIT_USAGE;
		}
		s[n] = '\0';
		if (strlen(s) != n) {
			msg("%s:%u: holds a byte 0: not a text", name, line);
			hint("one event a line: NAME[,KEY=VALUE...], @SET or GLOB");
			return EXIT_USAGE;
		}
		code = parse_line(o, name, line, strip(s));
		if (code)
			return code;
		s = nl ? nl + 1 : end;
	}
	return 0;
}

static int take(struct recopt *o, const char *name, int fd)
{
	char *text = xmalloc(MAX_FILE + 2);
	struct spec *given = o->specs;
	ssize_t n = read_all(fd, text, MAX_FILE + 1);
	int code, ngiven = o->nspecs;

	if (n < 0 || n > MAX_FILE) {
		free(text);
		return n < 0 ? fail(EXIT_FAILED, "cannot read %s: %s", name,
				    strerror(-n)) :
			       fail(EXIT_USAGE, "%s is longer than %d MiB",
				    name, MAX_FILE >> 20);
	}
	o->specs = NULL;
	o->nspecs = 0;
	code = parse(o, name, text, n);
	free(text);
	o->conf = xstrdup(name);
	for (int i = 0; i < ngiven; i++) {
		o->specs = xrealloc(o->specs, (o->nspecs + 1) *
				    sizeof(*o->specs));
		o->specs[o->nspecs++] = given[i];
	}
	free(given);
	return code;
}

/* ---- */

enum found { ABSENT, REFUSED, TAKEN };

static enum found try(struct recopt *o, const char *name, int *code)
{
	enum found found = REFUSED;
	struct stat st;
	int fd = open_file(name, &st);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ABSENT;
	if (fd < 0) {
		msg("cannot read %s: %m", name);
		return REFUSED;
	}
	if (is_trusted(name, &st)) {
		*code = take(o, name, fd);
		found = TAKEN;
	}
	close(fd);
	return found;
}

static int none(const char *config, const char *tried)
{
	msg("-c %s: no such file%s%s", config, *tried ? ", looked for" : "",
	    tried);
	hint("a file, or a directory that holds " CONF_NAME
	     "; several with : between them");
	return EXIT_USAGE;
}

/* The first file that exists counts, even if it is refused. */
static int load_named(struct recopt *o)
{
	char *list = xstrdup(o->config), *next = list, *path;
	char *tried = xstrdup("");
	enum found found = ABSENT;
	int code = 0;

	while (found == ABSENT && (path = strsep(&next, ":"))) {
		char *name, *old = tried;

		if (!*path)
			continue;
		name = name_of(path);
		found = try(o, name, &code);
		tried = xasprintf("%s %s", old, name);
		free(old);
		free(name);
	}
	if (found == ABSENT)
		code = none(o->config, tried);
	else if (found == REFUSED)
		code = EXIT_FAILED;
	free(tried);
	free(list);
	return code;
}

int conf_load(struct recopt *o)
{
	static const char *const places[] = {
		"./" CONF_NAME, CONF_ETC "/" CONF_NAME,
	};
	int code = 0;

	if (o->config)
		return load_named(o);
	if (o->nspecs)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (try(o, places[i], &code) == TAKEN)
			break;
	return code;
}
