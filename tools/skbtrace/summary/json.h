/* SPDX-License-Identifier: GPL-2.0 */
/* Cells and rows of the summary, as JSON. */
#ifndef SKBTRACE_SUMMARY_JSON_H
#define SKBTRACE_SUMMARY_JSON_H

#include "lib/json.h"
#include "summary/cell.h"

void json_cell(struct json *j, const char *key, struct cell c);
/* @key: NULL in an array, or as a line of its own. */
void summary_json_row(const struct sheet *c, struct json *j, const char *key,
		      const struct row *r);

#endif
