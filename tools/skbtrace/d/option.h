/* SPDX-License-Identifier: GPL-2.0 */
/* Options of a program: of its pragmas, and of -x. */
#ifndef SKBTRACE_D_OPTION_H
#define SKBTRACE_D_OPTION_H

#include "lib/util.h"

struct d_settings {
	bool quiet, flowindent;
	bool zdefs, argref;
	bool aggsortkey, aggsortrev;
	u64 aggsize, dynvarsize, strsize;
};

extern const struct d_settings d_defaults;

enum option_error { OPTION_OK, OPTION_UNKNOWN, OPTION_VALUE };

/* "quiet", "aggsize=4m" */
enum option_error d_option(struct d_settings *s, const char *text);

#endif
