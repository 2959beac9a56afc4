/* SPDX-License-Identifier: GPL-2.0 */
/* Recordings as a file of pcapng, of frames: one event in each. */
#ifndef SKBTRACE_WIRE_EXPORT_H
#define SKBTRACE_WIRE_EXPORT_H

#include "show/show.h"
#include "trace/whole.h"
#include "wire/notes.h"

struct export {
	const char *out;	/* "-" is stdout */
	bool chosen;		/* not all events: a gap is no loss */
	struct notes *notes;	/* of packets that go there too; NULL: none */
	/* its own */
	struct whole file;
	bool open;
	struct export_trace *traces;
	u64 frame_seq;
	u64 events;
	u8 *buf;
};

/* 0, or an exit code after a message. */
int export_open(struct export *x);
/* Takes records as a show_tap gives them. */
void export_rec(struct export *x, struct trace *t, const struct rec *r,
		enum matched matched);
/* The rest, and the file is there; @keep false: it is not. An exit code. */
int export_close(struct export *x, bool keep);
/* How many there were, for people. */
void export_tell(const struct export *x);

#endif
