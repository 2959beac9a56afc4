/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernels. They are detected by the kernel's headers, here
 * and in the Makefile (SKBTRACE_HAVE_*), never by the version: stable and RT
 * trees have backports.
 */
#ifndef _NET_SKBTRACE_COMPAT_H
#define _NET_SKBTRACE_COMPAT_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <net/dropreason.h>

#ifndef CONFIG_64BIT
#error "skbtrace needs a 64-bit kernel: it shares u64 without locks"
#endif

/* NEWER if PROBE has the arguments of TRACEPOINT, else OLDER */
#define SKBTRACE_CHOOSE(TRACEPOINT, PROBE, NEWER, OLDER)		\
	__builtin_choose_expr(__builtin_types_compatible_p(		\
		typeof(check_trace_callback_type_##TRACEPOINT),		\
		void (typeof(PROBE) *)), NEWER, OLDER)

/*
 * A hook with PROBE or, on kernels that need it, OLDER_PROBE. LESS: what is
 * missing then, %NULL: nothing. The type of the chosen one is checked.
 */
#define SKBTRACE_HOOK_OLDER(NAME, TRACEPOINT, PROBE, OLDER_PROBE, LESS)	\
	SKBTRACE_HOOK_(NAME, TRACEPOINT,				\
		       SKBTRACE_CHOOSE(TRACEPOINT, PROBE, PROBE,	\
				       OLDER_PROBE),			\
		       SKBTRACE_CHOOSE(TRACEPOINT, PROBE, metered_##PROBE, \
				       metered_##OLDER_PROBE),		\
		       NULL, SKBTRACE_CHOOSE(TRACEPOINT, PROBE, NULL, LESS))
#define SKBTRACE_HOOK_EITHER(NAME, TRACEPOINT, PROBE, OLDER_PROBE)	\
	SKBTRACE_HOOK_OLDER(NAME, TRACEPOINT, PROBE, OLDER_PROBE, NULL)

#ifdef SKBTRACE_HAVE_RST_REASON
#include <net/rstreason.h>
#else
/* This kernel has no reasons for the resets that it sends. */
enum sk_rst_reason {
	SK_RST_REASON_NOT_SPECIFIED,
};

#define DEFINE_RST_REASON(FN, NO)	FN(NOT_SPECIFIED)
#endif

/* The names of enum skb_drop_reason by value, some %NULL. */
struct skbtrace_drop_reasons {
	const char *const	*names;
	size_t			nr;
};

/* Kernels with this file have subsystems of reasons, each with its own list. */
#ifdef SKBTRACE_HAVE_DROP_SUBSYS
static inline struct skbtrace_drop_reasons skbtrace_drop_reasons(void)
{
	const struct drop_reason_list *list;

	rcu_read_lock();
	list = rcu_dereference(drop_reasons_by_subsys[SKB_DROP_REASON_SUBSYS_CORE]);
	rcu_read_unlock();	/* the core's list is never freed */
	return (struct skbtrace_drop_reasons){ list->reasons, list->n_reasons };
}
#else
static inline struct skbtrace_drop_reasons skbtrace_drop_reasons(void)
{
	return (struct skbtrace_drop_reasons){
		drop_reasons, SKB_DROP_REASON_MAX };
}
#endif

#endif /* _NET_SKBTRACE_COMPAT_H */
