/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's atomics, by those of the compiler, for skbtrace_ring.h,
 * _named.h, _state.h and _verdict.h of include/linux/, and
 * net/skbtrace/hold_log.h. So the code of the kernel runs here unchanged, with
 * threads and a race detector. That does not show a CPU's reordering; it does
 * show where the code relies on an order that it has not asked for.
 *
 * BREAK_RELEASE removes the order of each release, BREAK_ONCE makes marked
 * accesses plain ones: the tests must find both.
 */
#ifndef TESTS_RING_SHIM_H
#define TESTS_RING_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define __percpu
#define ____cacheline_aligned	__attribute__((__aligned__(64)))

#ifdef BREAK_RELEASE
#define SHIM_RELEASE	__ATOMIC_RELAXED
#define SHIM_FULL	__ATOMIC_RELAXED
#else
#define SHIM_RELEASE	__ATOMIC_RELEASE
#define SHIM_FULL	__ATOMIC_SEQ_CST
#endif

#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, SHIM_RELEASE)
#define try_cmpxchg_acquire(p, old, new)				\
	__atomic_compare_exchange_n(p, old, new, false,			\
				    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define try_cmpxchg(p, old, new)					\
	__atomic_compare_exchange_n(p, old, new, false,			\
				    SHIM_FULL, __ATOMIC_RELAXED)
#ifdef BREAK_ONCE
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))
#else
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#endif

/*
 * The race detector does not know fences, and need not: they order marked
 * accesses, and whoever reads by these checks what has been read.
 */
#ifdef __SANITIZE_THREAD__
#pragma GCC diagnostic ignored "-Wtsan"
#endif
#define smp_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)
#define noinline	__attribute__((__noinline__))
#define __maybe_unused	__attribute__((__unused__))
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define likely(x)	__builtin_expect(!!(x), 1)

/* Where the kernel's debug build lets another CPU run */
#ifdef SHIM_RACE
#define skbtrace_race()	SHIM_RACE()
#else
#define skbtrace_race()	do {} while (0)
#endif

#endif /* TESTS_RING_SHIM_H */
