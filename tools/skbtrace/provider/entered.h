/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A child of a listener begins in SYN_RECEIVED, before it has a name: no event
 * tells. The event by which it leaves that state does, so both changes fire
 * then, one after the other.
 */
#ifndef SKBTRACE_ENTERED_H
#define SKBTRACE_ENTERED_H

#include "lib/hash.h"
#include "provider/provider.h"

/* Those whose entry has been told, by a simultaneous open, and who are there */
struct entered {
	struct hash told;
};

/*
 * Does @f's event, of each of which it is asked, leave a SYN_RECEIVED that none
 * has entered?
 */
bool entered_untold(struct entered *e, const struct firing *f);
void entered_free(struct entered *e);

#endif
