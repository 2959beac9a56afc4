/* SPDX-License-Identifier: GPL-2.0 */
/* The programs of wire/lua, embedded. */
#ifndef SKBTRACE_WIRE_ASSETS_H
#define SKBTRACE_WIRE_ASSETS_H

#include "lib/asset.h"

/* The last one has no name. */
extern const struct asset lua_assets[];

#endif
