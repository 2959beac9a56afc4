/* SPDX-License-Identifier: GPL-2.0 */
/* Plays a recording on a terminal, in real time. */
#ifndef SKBTRACE_TOP_REPLAY_H
#define SKBTRACE_TOP_REPLAY_H

#include "top/state.h"

/* The next refresh may come; until then keys are taken. @last: there is none */
void replay_wait(struct top *t, bool last);

#endif
