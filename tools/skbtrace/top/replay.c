// SPDX-License-Identifier: GPL-2.0
#include <poll.h>

#include "lib/num.h"
#include "lib/sig.h"
#include "top/replay.h"
#include "top/screen.h"
#include "top/ui.h"

static bool is_over(struct top *t, u64 until, bool last)
{
	if (t->over || (t->skip_to && !last))
		return true;
	t->skip_to = 0;		/* behind the end */
	if (t->step && !last) {
		t->step = false;
		return true;
	}
	return !last && !t->paused && mono_ns() >= until;
}

void replay_wait(struct top *t, bool last)
{
	const u64 start = mono_ns(), until = start + t->how.delay;

	while (!is_over(t, until, last)) {
		struct pollfd p[] = {
			{ .fd = t->wake, .events = POLLIN },
			{ .fd = screen_fd(t->screen), .events = POLLIN },
		};
		u64 now = mono_ns();

		poll(p, ARRAY_SIZE(p), last || t->paused ? -1 : now < until ?
		     (int)((until - now) / 1000000) + 1 : 0);
		if (sig_take() & SIG_STOP)
			t->over = true;
		ui_keys(t);
	}
}
