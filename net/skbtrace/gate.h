/* SPDX-License-Identifier: GPL-2.0 */
/* The gates of a session, one per CPU. */
#ifndef _NET_SKBTRACE_GATE_H
#define _NET_SKBTRACE_GATE_H

struct skbtrace_run;

void skbtrace_die(struct skbtrace_run *run, const char *why);
void skbtrace_set_contexts(struct skbtrace_run *run);
void skbtrace_forget_tasks(struct skbtrace_run *run);

#endif /* _NET_SKBTRACE_GATE_H */
