/* SPDX-License-Identifier: GPL-2.0 */
/* What has been found out, for who prints it. */
#ifndef SKBTRACE_SEGMENT_STATE_H
#define SKBTRACE_SEGMENT_STATE_H

#include "segment/apart.h"
#include "segment/ends.h"
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
	u64 events, lost;
	u64 passing;		/* pieces that were only seen to pass */
	u64 open;		/* pieces that had not come to their end */
	u64 lossy_to;		/* something is lost up to here */
	bool lossy;
	bool has_socket;	/* some flow's own host is here */
};

/* No record comes any more: what is open is measured as far as it was seen. */
void segments_close(struct segments *s);

#endif
