/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace.conf: default events and filters, one option per line.
 */
#ifndef SKBTRACE_CONF_H
#define SKBTRACE_CONF_H

#include "record/recopt.h"

#define CONF_NAME	"skbtrace.conf"
#define CONF_ETC	"/etc/skbtrace"

/*
 * Read the file of -c, or without -c and -e that of this folder or host, if
 * there is one; its specs precede those of -e. 0, or an exit code after a
 * message.
 */
int conf_load(struct recopt *o);

#endif
