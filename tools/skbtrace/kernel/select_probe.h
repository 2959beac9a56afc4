/* SPDX-License-Identifier: GPL-2.0 */
/* Probes of the providers where events are named: "-e tcp:::send". */
#ifndef SKBTRACE_SELECT_PROBE_H
#define SKBTRACE_SELECT_PROBE_H

#include "lib/util.h"

bool select_is_probe(const char *item);

/*
 * Each event that the probes @item are made of, with the condition on it, ""
 * for none; an event may come twice. 0, or an exit code after a message.
 */
int select_probes(const char *item,
		  void (*add)(void *arg, const char *event, const char *when),
		  void *arg);

/*
 * The value of primary= with events for the probes in it, to be freed; NULL
 * after a message.
 */
char *select_primaries(const char *value);

#endif
