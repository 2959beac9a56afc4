/* SPDX-License-Identifier: GPL-2.0 */
/* Output of a flight recorder: messages, its status, META in the file. */
#ifndef SKBTRACE_FLIGHT_TOLD_H
#define SKBTRACE_FLIGHT_TOLD_H

#include "flight/flight.h"
#include "record/progress.h"

/* Where the files go. 0, or an exit code after a message: no place for them. */
int flight_dir(struct flight *f);

void flight_print_begin(const struct flight *f);

/* A snapshot is done: print the result, from f->snap and f->why. */
void flight_print(const struct flight *f);

/* The last lines of a recording. */
void flight_print_end(const struct flight *f, bool whole);

/* For the progress line. */
const char *flight_text(struct session *s);

/* Update the status: the window; a snapshot is done. */
void flight_board(struct flight *f);
void flight_board_done(struct flight *f);

/* Add the reason of the snapshot to META. */
void flight_meta_why(const struct flight *f, struct meta_list *m);

#endif
