/* SPDX-License-Identifier: GPL-2.0 */
/* What Wireshark and tshark load to understand frames, made from "format". */
#ifndef SKBTRACE_WIRE_DISSECTOR_H
#define SKBTRACE_WIRE_DISSECTOR_H

#include "trace/format.h"

/* "list --dissector": a dissector in Lua, on stdout. */
void dissector_print(const struct format *f);

/* "list --colors": rules for Wireshark's file "colorfilters", on stdout. */
void colors_print(const struct format *f);

#endif
