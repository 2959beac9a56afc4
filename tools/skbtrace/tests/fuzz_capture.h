/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of test_fuzz have in common. */
#ifndef SKBTRACE_TESTS_FUZZ_CAPTURE_H
#define SKBTRACE_TESTS_FUZZ_CAPTURE_H

#include "show/show.h"
#include "tests/fuzz.h"

void random_opts(struct show_opts *o);

/*
 * Cut or anonymise the recording @name into @out. False: it was sound, and what
 * has been written is not.
 */
bool fuzz_rewrite(const char *name, const char *out);

#endif
