/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What include/linux/skbtrace_ring.h, skbtrace_named.h, skbtrace_state.h and
 * skbtrace_verdict.h, and net/skbtrace/hold_log.h take from the kernel, as the
 * atomics of the compiler,
 * so that the very text which runs in the kernel runs here under threads and a
 * race detector. It does not detect a CPU's reordering; it does detect that an
 * order which the code relies on has not been asked for.
 *
 * BREAK_RELEASE takes the order out of each release, BREAK_ONCE makes plain
 * accesses of the marked ones: proof that the test sees what it is there for.
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
 * The race detector does not know fences. It need not: what they order are
 * marked accesses, and what these bring is checked by whoever looks at it.
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

/* Where the kernel lets another CPU go on, in its debug build. */
#ifdef SHIM_RACE
#define skbtrace_race()	SHIM_RACE()
#else
#define skbtrace_race()	do {} while (0)
#endif

#endif /* TESTS_RING_SHIM_H */
