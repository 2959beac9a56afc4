/* SPDX-License-Identifier: GPL-2.0 */
/* Suggestions for misspelled words. */
#ifndef SKBTRACE_NEAREST_H
#define SKBTRACE_NEAREST_H

/*
 * The word of @words most similar to @word, if it may be a typo, else NULL.
 * @words ends with NULL.
 */
const char *nearest(const char *word, const char *const *words);

#endif
