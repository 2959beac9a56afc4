// SPDX-License-Identifier: GPL-2.0
/* record and parse in one: a session whose sink is the screen. */
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/liveframes.h"
#include "cmd/livesink.h"
#include "record/conf.h"

#define LIVE_SET	"@trouble"

static struct recopt what = { .set = LIVE_SET };
static struct show_opts how;

static const struct opt opts[] = {
	RECORD_OPTIONS(what, LIVE_SET),
	INTERFACE_OPTION(what.interface),
	SHOW_OPTIONS(how),
	{}
};

static int run_live(const struct args *a)
{
	struct live l = {
		.sink = { .ops = &live_ops, .stdout_fd = STDOUT_FILENO,
			  .hurry = true },
	};
	int code;

	how.strict = what.strict;
	if (what.interface) {
		code = recopt_only_frames(&what, a);
		return code ? code : live_frames(&what, &how);
	}
	code = recopt_expression(&what, a);
	if (!code)
		code = conf_load(&what);
	if (code)
		return code;
	if (what.dump)
		return recopt_dump(&what);
	return live_run(&l, "live", &what, &how);
}

const struct cmd cmd_live = {
	.name = "live",
	.args = "[EXPRESSION...]",
	.brief = "trace onto the screen: record and parse in one",
	.more =
"An event is on the screen within 0.3 s, in the order of time over all CPUs.\n"
"Ends with Ctrl-C, -w, or when nobody reads the output any more.\n\n"
"  skbtrace live\n"
"  skbtrace live -e @conn -t wall 'dst port 443'\n"
"  skbtrace live -e '@trouble,tcp_sendlimit,primary=tcp_retransmit'\n"
"  skbtrace live -e tcp_rttm --json | jq .rtt_us\n"
"  skbtrace live -i skbtrace0\n",
	.opts = opts,
	.run = run_live,
};
