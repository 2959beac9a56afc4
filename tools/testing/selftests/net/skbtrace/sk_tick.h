/* SPDX-License-Identifier: GPL-2.0 */
/* Waits between two checks of a condition. */
#ifndef SK_TICK_H
#define SK_TICK_H

#include <unistd.h>

#define TICK_US		2000	/* at first */
#define TICK_MAX_US	20000	/* many may wait, on a slow machine */

/* A while, each time a little longer */
static inline void tick(unsigned int *us)
{
	usleep(*us);
	if (*us < TICK_MAX_US)
		*us += *us / 4;
}

#endif
