/* SPDX-License-Identifier: GPL-2.0 */
/* The capture file(s) of a session of this machine. */
#ifndef SKBTRACE_RECORDING_H
#define SKBTRACE_RECORDING_H

#include "record/capture.h"
#include "record/session.h"

struct recording {
	struct capture c;
	struct session *s;
	struct meta_list meta;
	char text[48];
};

/* As capture_open(): the session is @s. To be freed in any case. */
int recording_open(struct recording *r, const struct capture_opts *o,
		   struct session *s);
void recording_free(struct recording *r);

#endif
