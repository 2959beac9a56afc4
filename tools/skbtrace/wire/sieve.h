/* SPDX-License-Identifier: GPL-2.0 */
/* A program for tc that chooses frames by their events. */
#ifndef SKBTRACE_WIRE_SIEVE_H
#define SKBTRACE_WIRE_SIEVE_H

#include "kernel/select.h"
#include "where/where.h"
#include "wire/prog.h"

/* An event, and on which condition. */
struct sieve_event {
	const struct event *e;
	char *cond;		/* as --where takes it; NULL: always */
	struct where *where;	/* of @cond */
};

struct sieve {
	struct sieve_event *v;
	u32 n;
	bool fields;		/* some has a condition: a block each frame */
	/*
	 * The program finds what is to be dropped: what was not chosen, but for
	 * names, losses and texts. Else it finds what was chosen.
	 */
	bool keep;
};

/* The events of @s with their options. 0, or an exit code after a message. */
int sieve_from(struct sieve *c, const struct selection *s,
	       const struct format *f);
void sieve_free(struct sieve *c);

/* 0, or an exit code after a message: too long, or nothing tc could see. */
int sieve_write(const struct sieve *c, const struct format *f,
		struct prog *p);

#endif
