// SPDX-License-Identifier: GPL-2.0
/* Who owns tracing: this program, from now on, or the one that was first. */
#include <errno.h>
#include <fcntl.h>

#include "ctl.h"
#include "num.h"
#include "setup.h"
#include "stat.h"

static int busy(const struct ctl *c)
{
	struct ctl_stat st;
	struct ctl_owner o;
	char age[NUM_LEN];

	ctl_owner(c, &o);
	if (o.any) {
		msg("tracing is already on (pid %u, uid %u, %s): "
		    "skbtrace status, skbtrace stop", o.pid, o.uid,
		    fmt_age(age, mono_ns() - o.since_ns));
		return -EXIT_FAILED;
	}
	ctl_stat(c, &st);
	msg("tracing is already on (control files, %s): "
	    "skbtrace status, skbtrace stop",
	    fmt_age(age, mono_ns() - st.since_ns));
	ctl_stat_free(&st);
	return -EXIT_FAILED;
}

int ctl_take(const struct ctl *c)
{
	int fd = openat(c->dir, "owner", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == EBUSY)
		return busy(c);
	if (errno == EACCES || errno == EPERM)
		return -setup_denied(c->root, "tracing");
	return -fail(EXIT_FAILED, "cannot open %s/skbtrace/owner: %m", c->root);
}
