/* SPDX-License-Identifier: GPL-2.0 */
/* A file that is embedded in the program by embed.sh. */
#ifndef SKBTRACE_LIB_ASSET_H
#define SKBTRACE_LIB_ASSET_H

#include "lib/util.h"

struct asset {
	const char *name;	/* of the file, without its folder */
	const char *data;
	u64 size;
};

#endif
