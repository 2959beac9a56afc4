/* SPDX-License-Identifier: GPL-2.0 */
/* The text of primary=, before= and after=. */
#ifndef _NET_SKBTRACE_CTL_WATCH_H
#define _NET_SKBTRACE_CTL_WATCH_H

#include <linux/seq_file.h>
#include "../enable.h"

int skbtrace_parse_primary(struct skbtrace_spec *spec, char *text);
int skbtrace_parse_before(struct skbtrace_spec *spec, char *text);
int skbtrace_parse_after(struct skbtrace_spec *spec, char *text);
int skbtrace_finish_watch(struct skbtrace_spec *spec);
void skbtrace_print_watch(struct seq_file *m, const struct skbtrace_watch *w);

#endif /* _NET_SKBTRACE_CTL_WATCH_H */
