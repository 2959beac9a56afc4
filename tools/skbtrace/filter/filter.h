/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pcap expressions: compiled here, run by the kernel while recording, and here
 * on recordings.
 */
#ifndef SKBTRACE_FILTER_H
#define SKBTRACE_FILTER_H

#include <pcap/pcap.h>

#include "filter/kind.h"
#include "trace/names.h"

struct filter {
	enum filter_kind kind;
	char *expr;		/* NULL: there is none */
	struct bpf_program prog;
};

/* 0, or an exit code after a message; @f may be freed in any case. */
int filter_compile(struct filter *f, enum filter_kind kind, const char *expr);
void filter_free(struct filter *f);

/* As "tcpdump -d" prints it, below a heading. */
void filter_print(const struct filter *f);

/* Does a connection match @f, a connection filter? */
bool filter_passes(const struct filter *f, const struct addr_pair *a, u8 proto);

/* ---- parts of filter_compile() ---- */

/*
 * NULL, or what libpcap says against @expr; to be freed. @prog may be NULL. Not
 * @optimize: the program that it makes at first, long but right.
 */
char *filter_try(const char *expr, struct bpf_program *prog, bool optimize);

/* Is @fast, NULL: one that refuses all, as good as @plain? No loops in it. */
bool filter_equal(const struct bpf_program *fast,
		  const struct bpf_program *plain);

/* Does it end, whatever it judges? libpcap can make some that do not. */
bool filter_ends(const struct bpf_program *p);

/*
 * Where in @expr that is what libpcap complains of with @why: an offset, or -1
 * if that cannot be known.
 */
int filter_place(const char *expr, const char *why);

/* The expression, and below it a caret at @at unless that is -1. */
void filter_caret(const char *expr, int at);

/* What to write in place of words of @expr that cannot work here. */
void filter_advise(const char *expr, enum filter_kind kind);

/*
 * Does the program need what neither a connection nor, with a packet filter,
 * a packet has? 0, or an exit code after a message.
 */
int filter_check(const struct filter *f);

/* Offset of the first @word in @expr, as a word of its own; -1: none. */
int filter_word(const char *expr, const char *word);
/* May @c stand in such a word? */
bool filter_is_name(char c);

#endif
