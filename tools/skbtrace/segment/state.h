/* SPDX-License-Identifier: GPL-2.0 */
/* The results, for the printers. */
#ifndef SKBTRACE_SEGMENT_STATE_H
#define SKBTRACE_SEGMENT_STATE_H

#include "segment/apart.h"
#include "segment/ends.h"
#include "segment/heat.h"
#include "segment/space.h"
#include "segment/segments.h"

struct segments {
	struct flows flows;
	struct per_event fields;
	struct apart apart;
	struct space space;
	struct seg_times times;
	struct seg_between between;
	const char *word[SEG_MAX_WAITED];	/* of what holds bytes back */
	struct seg_heat *heat;	/* NULL: nobody wants it, or no event yet */
	bool wants_heat;
	u64 events, lost;
	u64 passing;		/* pieces that were only seen to pass */
	u64 open;		/* unfinished pieces */
	u64 lossy_to;		/* events are lost up to this time */
	bool lossy;
	bool has_socket;	/* some flow ends at a recorded host */
};

/* Ends the input. Unfinished pieces are measured as far as they were seen. */
void segments_close(struct segments *s);

#endif
