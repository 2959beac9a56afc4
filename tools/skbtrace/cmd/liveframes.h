/* SPDX-License-Identifier: GPL-2.0 */
/* "live -i": the printer, of what comes as frames. */
#ifndef SKBTRACE_LIVEFRAMES_H
#define SKBTRACE_LIVEFRAMES_H

#include "record/recopt.h"
#include "show/show.h"

/* An exit code. */
int live_frames(const struct recopt *what, const struct show_opts *how);

#endif
