// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "rewrite/anon_key.h"

static void how_to_make(const char *file)
{
	hint("head -c %d /dev/urandom >%s makes one; keep it, and to yourself",
	     ANON_KEY, file);
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool from_hex(const char *s, ssize_t n, u8 key[ANON_KEY])
{
	while (n && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	if (n != 2 * ANON_KEY)
		return false;
	for (int i = 0; i < ANON_KEY; i++) {
		int hi = digit(s[2 * i]), lo = digit(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		key[i] = hi << 4 | lo;
	}
	return true;
}

static bool is_file(int fd, const char *name)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(name, &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static int take(const char *file, const char *text, ssize_t n,
		u8 key[ANON_KEY])
{
	if (n < 0)
		return fail(EXIT_FAILED, "cannot read %s: %s", file,
			    strerror(-n));
	if (n == ANON_KEY) {
		memcpy(key, text, n);
	} else if (!from_hex(text, n, key)) {
		msg("--key %s: not a key: %d bytes, or as many as hexadecimal digits",
		    file, ANON_KEY);
		how_to_make(file);
		return EXIT_USAGE;
	}
	return 0;
}

static int from_file(const char *file, const char *out, u8 key[ANON_KEY])
{
	char text[4 * ANON_KEY];
	int fd = open(file, O_RDONLY | O_CLOEXEC), code;

	if (fd < 0) {
		code = fail(EXIT_FAILED, "--key %s: %m", file);
		if (errno == ENOENT)
			how_to_make(file);
		return code;
	}
	if (out && is_file(fd, out))
		code = fail(EXIT_USAGE, "--key %s: it cannot be written, too",
			    file);
	else
		code = take(file, text, read_all(fd, text, sizeof(text)), key);
	explicit_bzero(text, sizeof(text));
	close(fd);
	return code;
}

int anon_key(const char *file, const char *out, u8 key[ANON_KEY])
{
	if (file)
		return from_file(file, out, key);
	if (getrandom(key, ANON_KEY, 0) == ANON_KEY)
		return 0;
	return fail(EXIT_FAILED, "no random numbers: %m");
}
