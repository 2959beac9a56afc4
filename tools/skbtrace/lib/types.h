/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers, as in the kernel. */
#ifndef SKBTRACE_TYPES_H
#define SKBTRACE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Seldom called: its caller saves no registers for it */
#define noinline	__attribute__((__noinline__))

#define NSEC_PER_SEC	1000000000ULL

#endif
