/* SPDX-License-Identifier: GPL-2.0 */
/* What a datagram of blast begins with. */
#ifndef MISSED_NUMBER_H
#define MISSED_NUMBER_H

#include <stdint.h>

#define NUMBER_MAGIC	0x4445535349574253ULL

struct number {
	uint64_t magic, number;
};

#endif
