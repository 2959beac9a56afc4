/* SPDX-License-Identifier: GPL-2.0 */
/* TAP for the test programs: result() for each, and the number at the end. */
#ifndef SKBTRACE_TESTS_TAP_H
#define SKBTRACE_TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>

static int n, failed;

static void result(bool ok, const char *what)
{
	n++;
	failed += !ok;
	printf("%sok %d - %s\n", ok ? "" : "not ", n, what);
}

#endif
