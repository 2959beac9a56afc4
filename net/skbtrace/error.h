/* SPDX-License-Identifier: GPL-2.0 */
/* The reason of the last refused write. Under skbtrace_lock. */
#ifndef _NET_SKBTRACE_ERROR_H
#define _NET_SKBTRACE_ERROR_H

#include <linux/compiler_attributes.h>
#include <linux/kconfig.h>

#define SKBTRACE_ERROR_MAX	512	/* bytes */

/**
 * struct skbtrace_error - a reason
 * @file: name of the control file that was written to
 * @text: the reason, empty: none
 */
struct skbtrace_error {
	const char	*file;
	char		text[SKBTRACE_ERROR_MAX];
};

#if IS_ENABLED(CONFIG_KUNIT)
extern struct skbtrace_error *skbtrace_error;
#endif
void skbtrace_err_to(struct skbtrace_error *e, const char *file);
void skbtrace_err_forget(const struct skbtrace_error *e);
void skbtrace_err_clear(void);
__printf(2, 3) int skbtrace_err(int err, const char *fmt, ...);

#endif /* _NET_SKBTRACE_ERROR_H */
