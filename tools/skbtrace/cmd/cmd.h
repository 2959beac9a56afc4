/* SPDX-License-Identifier: GPL-2.0 */
/* A subcommand: one NAME.c, one row in main.c. */
#ifndef SKBTRACE_CMD_H
#define SKBTRACE_CMD_H

#include "lib/opt.h"

extern const struct cmd cmd_record, cmd_live, cmd_parse, cmd_info, cmd_list,
			cmd_status, cmd_snapshot, cmd_stop, cmd_why, cmd_report,
			cmd_plot, cmd_cut, cmd_merge, cmd_anonymise, cmd_top,
			cmd_latency, cmd_d, cmd_pcap, cmd_tc, cmd_collect;

#endif
