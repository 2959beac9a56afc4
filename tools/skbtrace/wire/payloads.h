/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packets of a recording whose first bytes were recorded (payload=), as a
 * file of pcapng.
 */
#ifndef SKBTRACE_WIRE_PAYLOADS_H
#define SKBTRACE_WIRE_PAYLOADS_H

#include "show/show.h"
#include "trace/whole.h"

struct payloads {
	struct whole file;
	bool open;
	u64 events;		/* that have no bytes */
	u64 packets;
};

/* 0, or an exit code after a message. */
int payloads_open(struct payloads *p, const char *out);
/* Takes records as a show_tap gives them. */
void payloads_rec(struct payloads *p, const struct trace *t,
		  const struct rec *r, enum matched matched);
/* The file is there; @keep false: it is not. An exit code. */
int payloads_close(struct payloads *p, bool keep);
/* How many there were, for people. */
void payloads_tell(const struct payloads *p, const char *out);

#endif
