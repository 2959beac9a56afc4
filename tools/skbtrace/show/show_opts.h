/* SPDX-License-Identifier: GPL-2.0 */
/* Checks the options of parse and live before any input. */
#ifndef SKBTRACE_SHOW_OPTS_H
#define SKBTRACE_SHOW_OPTS_H

#include "filter/match.h"
#include "show/show.h"
#include "trace/printer.h"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/*
 * Into @m, @pr and @c. 0, or an exit code after a message; what @m holds is
 * freed by match_free() in any case.
 */
int show_opts_take(const struct show_opts *o, struct match *m,
		   struct printer *pr, enum color *c);

#endif
