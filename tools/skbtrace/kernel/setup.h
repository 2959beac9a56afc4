/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prerequisites of tracing: rights, debugfs, the kernel module. Each function
 * returns 0, or an exit code after a message that says what to do.
 */
#ifndef SKBTRACE_SETUP_H
#define SKBTRACE_SETUP_H

#include "lib/util.h"

/* Mount debugfs on @root unless it is there. */
int setup_debugfs(const char *root, const char *verb);

/* Load the module, whose folder is missing below @root. */
int setup_module(const char *root, const char *verb);

/* No folder, and nothing may be changed. 0: the module is just not loaded. */
int setup_look(const char *root);

/* Explain EACCES and EPERM below @root; EXIT_FAILED. */
int setup_denied(const char *root, const char *verb);

#endif
