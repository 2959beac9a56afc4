/* SPDX-License-Identifier: GPL-2.0 */
/* Messages, memory that is always there, exit codes. */
#ifndef SKBTRACE_UTIL_H
#define SKBTRACE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define NSEC_PER_SEC	1000000000ULL

/* What the shell sees. */
enum exit_code {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,
	EXIT_INCOMPLETE	= 3,	/* done, but truncated, or lossy and --strict */
	EXIT_NO_CMD	= 125,	/* record -- CMD: skbtrace itself failed */
	EXIT_SIGINT	= 130,	/* second Ctrl-C */
};

/*
 * A message is one line "skbtrace: what happened"; a hint below it, indented,
 * says what to do about it. fail() returns its first argument, so that an
 * error path is one statement: return fail(EXIT_USAGE, "...");
 */
void msg(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Until msg_where(NULL): messages are about this place, FILE:LINE, and begin
 * with it.
 */
void msg_where(const char *where);

/* Memory; exits with EXIT_FAILED and a message when there is none. */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* read() or write() it all; 0, or -errno. read_all: bytes, fewer at the end. */
int write_all(int fd, const void *p, size_t n);
ssize_t read_all(int fd, void *p, size_t n);

/*
 * The word of @words nearest to @word if it is near enough to be a slip of the
 * finger, else NULL. @words ends with NULL.
 */
const char *nearest(const char *word, const char *const *words);

/* Whole string as a number, base 10 or 0x; false if it is not one. */
bool parse_u64(const char *s, u64 *val);

/*
 * For tables by numbers that a stranger may have chosen: which ones fall
 * together differs from run to run.
 */
extern u64 hash_seed;

static inline u32 hash64(u64 v)
{
	v = (v ^ hash_seed) * 0x9e3779b97f4a7c15ULL;
	v = (v ^ v >> 32) * 0xd6e8feb86659fd93ULL;
	return v ^ v >> 32;
}

#endif
