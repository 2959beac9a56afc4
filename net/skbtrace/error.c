// SPDX-License-Identifier: GPL-2.0
/*
 * Why the last refused write was refused, for the file "error" of its session.
 * Whoever finds a fault says so here, whatever its place in the core.
 */
#include <kunit/visibility.h>
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include "error.h"
#include "lock.h"

/* What is refused while no control file is written to. */
static struct skbtrace_error skbtrace_error_else = { .file = "" };

/* Where reasons go. Under skbtrace_lock. */
VISIBLE_IF_KUNIT struct skbtrace_error *skbtrace_error = &skbtrace_error_else;

/* A retry has succeeded. */
void skbtrace_err_clear(void)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	skbtrace_error->text[0] = 0;
}

/* Reasons go to @e from now on. @file: what is written to. */
void skbtrace_err_to(struct skbtrace_error *e, const char *file)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	skbtrace_error = e;
	e->file = file;
}

/* @e goes away. */
void skbtrace_err_forget(const struct skbtrace_error *e)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	if (skbtrace_error == e)
		skbtrace_error = &skbtrace_error_else;
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
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_error *e = skbtrace_error;
	va_list args;
	int n;

	lockdep_assert_held(&skbtrace_lock);
	n = scnprintf(e->text, sizeof(e->text), "%s: ", e->file);
	va_start(args, fmt);
	vscnprintf(e->text + n, sizeof(e->text) - n, fmt, args);
	va_end(args);
	return err;
}
