/* SPDX-License-Identifier: GPL-2.0 */
/* Threads with all signals blocked: the main thread handles them. */
#ifndef SKBTRACE_THREAD_H
#define SKBTRACE_THREAD_H

#include <pthread.h>

/* 0, or an errno. */
int thread_start(pthread_t *t, void *(*run)(void *arg), void *arg);

#endif
