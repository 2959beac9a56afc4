/* SPDX-License-Identifier: GPL-2.0 */
/* What a flight recorder tells: messages, its board, a text in the file. */
#ifndef SKBTRACE_FLIGHT_TOLD_H
#define SKBTRACE_FLIGHT_TOLD_H

#include "flight.h"
#include "progress.h"

/* Where the files go. 0, or an exit code after a message: no place for them. */
int flight_dir(struct flight *f);

void flight_tell_begin(const struct flight *f);

/* A snapshot is done: f->snap and f->why say what came of it. */
void flight_tell(const struct flight *f);

/* The last lines of a recording. */
void flight_tell_end(const struct flight *f, bool whole);

/* For the progress line. */
const char *flight_text(struct session *s);

/* What the window holds now; that a snapshot is done. */
void flight_board(struct flight *f);
void flight_board_done(struct flight *f);

/* Why it was taken goes into the file. */
void flight_meta_why(const struct flight *f, struct meta_list *m);

#endif
