/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace.conf: what to record, one -e or filter a line, for who always wants
 * the same.
 */
#ifndef SKBTRACE_CONF_H
#define SKBTRACE_CONF_H

#include "recopt.h"

#define CONF_NAME	"skbtrace.conf"
#define CONF_ETC	"/etc/skbtrace"

/*
 * Read the file that -c names, or without -c and -e the one of this place or
 * host, if there is one; its specs come before those of -e. 0, or an exit code
 * after a message.
 */
int conf_load(struct recopt *o);

#endif
