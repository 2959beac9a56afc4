/* SPDX-License-Identifier: GPL-2.0 */
/* The checksum of a chunk: the CRC-32 of zlib, gzip and Ethernet. */
#ifndef SKBTRACE_CRC_H
#define SKBTRACE_CRC_H

#include "lib/util.h"

u32 sbt_crc(const void *p, size_t n);

#endif
