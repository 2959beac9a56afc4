/* SPDX-License-Identifier: GPL-2.0 */
/* The text of a spec. */
#ifndef _NET_SKBTRACE_CTL_SPEC_H
#define _NET_SKBTRACE_CTL_SPEC_H

#include <linux/seq_file.h>
#include "../enable.h"

int skbtrace_parse_spec(char *text, struct skbtrace_spec *spec);
void skbtrace_print_opts(struct seq_file *m, const struct skbtrace_event *ev,
			 char sep);
void skbtrace_print_spec(struct seq_file *m, const struct skbtrace_run *run,
			 const struct skbtrace_event *ev);

#endif /* _NET_SKBTRACE_CTL_SPEC_H */
