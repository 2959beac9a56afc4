/* SPDX-License-Identifier: GPL-2.0 */
/* TAP for test programs: result() for each test, and the plan at the end. */
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
