/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKBTRACE_LIST_JSON_H
#define SKBTRACE_LIST_JSON_H

#include "trace/format.h"

/* All about an event as one JSON object on one line of stdout. */
void list_json(const struct event *e);

#endif
