// SPDX-License-Identifier: GPL-2.0
/*
 * Evaluation of a condition.
 */
#include "cond.h"

/**
 * skbtrace_cond_true() - does a block agree with a condition?
 * @cond: condition
 * @block: block of the event, all its fields filled in
 *
 * Context: probe.
 * Return: true if it does
 */
bool skbtrace_cond_true(const struct skbtrace_cond *cond, const void *block)
{
	const struct skbtrace_term *term = cond->term;
	const struct skbtrace_term *end = term + cond->nr;
	bool all = true;

	for (; term < end; term++) {
		all = all && skbtrace_term_true(term, block);
		if (term->or && all)
			return true;
		if (term->or)
			all = true;
	}
	return all;
}
