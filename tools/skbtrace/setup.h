/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What must be there before tracing: rights, debugfs, the kernel module. Each
 * returns 0, or an exit code after a message that says what to do.
 */
#ifndef SKBTRACE_SETUP_H
#define SKBTRACE_SETUP_H

#include "util.h"

/* Mount debugfs on @root unless it is there. */
int setup_debugfs(const char *root, const char *verb);

/* Load the module, whose folder is missing below @root. */
int setup_module(const char *root, const char *verb);

/* No folder, and nothing may be changed: is it only not loaded? 0 then. */
int setup_look(const char *root);

/* The right words for EACCES and EPERM below @root; EXIT_FAILED. */
int setup_denied(const char *root, const char *verb);

#endif
