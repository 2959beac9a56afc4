// SPDX-License-Identifier: GPL-2.0
/*
 * Why the last refused write was refused, for the file "error". Whoever finds
 * a fault says so here, whatever its place in the core.
 */
#include <kunit/visibility.h>
#include "internal.h"

/* Under skbtrace_lock. */
VISIBLE_IF_KUNIT char skbtrace_error[SKBTRACE_ERROR_MAX];
static const char *skbtrace_error_file = "";

/* What was refused has been done after all. Context: skbtrace_lock. */
void skbtrace_err_clear(void)
{
	skbtrace_error[0] = 0;
}

/* @name: the file that is written to. Context: skbtrace_lock. */
void skbtrace_err_file(const char *name)
{
	skbtrace_error_file = name;
}

/**
 * skbtrace_err() - say why something is refused
 * @err: negative errno
 * @fmt: the reason, without a full stop
 *
 * Context: skbtrace_lock.
 * Return: @err
 */
int skbtrace_err(int err, const char *fmt, ...)
{
	va_list args;
	int n;

	n = scnprintf(skbtrace_error, sizeof(skbtrace_error), "%s: ",
		      skbtrace_error_file);
	va_start(args, fmt);
	vscnprintf(skbtrace_error + n, sizeof(skbtrace_error) - n, fmt, args);
	va_end(args);
	return err;
}

/* "error": the reason. Context: skbtrace_lock. */
int skbtrace_error_show(struct seq_file *m, void *v)
{
	if (skbtrace_error[0])
		seq_printf(m, "%s\n", skbtrace_error);
	return 0;
}
