/* SPDX-License-Identifier: GPL-2.0 */
/* Output options and state. */
#ifndef SKBTRACE_PRINTER_H
#define SKBTRACE_PRINTER_H

#include "lib/out.h"
#include "trace/clock.h"

struct printer {
	struct out *o;
	bool json;
	bool verbose;
	bool color;
	bool follow;		/* lost is not known at the beginning */
	bool several;		/* traces: a line says of which it is */
	enum time_format time;
	struct day_cache day;	/* of the lines */
	struct second second;
	u64 last;		/* time of the line before, for delta */
};

#endif
