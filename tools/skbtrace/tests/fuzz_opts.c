// SPDX-License-Identifier: GPL-2.0
/* Random options of parse. */
#include "report/report.h"
#include "tests/fuzz_capture.h"

void random_opts(struct show_opts *o)
{
	static const char *const times[] = {
		NULL, "rel", "wall", "utc", "delta", "epoch", "mono",
	};
	static const char *const wheres[] = {
		"rtt>0.01ms", "not (reason=app or reason~*wnd*)", "flags~syn",
		"comm~py or local!=10.0.2.1 and seq<9", "name~c or b64<-1",
		"at~xmit || pacing_rate_Bps>1Mbit/s",
	};
	static const char *const bys[] = {
		"peer", "port", "pid", "comm", "cgroup", "netns", "verdict",
	};
	static const char *const sorts[] = {
		"sent", "-rtt_p99", "drop", "conns", "verdict", "peer",
	};
	static const char *const conns[] = {
		"sk=1003", "0x3", "10.0.2.1:37846", "*:443",
		"[2001:db8::1]:5000>*", "sk=1003,10.0.2.2:443",
	};

	static const struct report_opts reports[] = {
		{ .out = "/dev/null" },
		{ .out = "/dev/null", .top = 1 },
		{ .out = "/dev/null", .plot = true },
	};
	bool one = one_in(4);

	*o = (struct show_opts){
		.out = "/dev/null", .color = one_in(4) ? "always" : NULL,
		.json = one_in(3), .verbose = one_in(2), .summary = one_in(4),
		.top = one_in(4) ? 1 + below(4) : 0,
		.every = one_in(6) ? 1000ULL << below(30) : 0,
		.by = one_in(4) ? bys[below(ARRAY_SIZE(bys))] : NULL,
		.sort = one_in(4) ? sorts[below(ARRAY_SIZE(sorts))] : NULL,
		.latency = one_in(4), .strict = one_in(4), .why = one_in(6),
		.report = one_in(4) ? &reports[below(ARRAY_SIZE(reports))] :
			  NULL,
		.time = times[below(ARRAY_SIZE(times))],
		.since = one_in(8) ? "0.2" : NULL,
		.until = one_in(8) ? "05:03:11.9" : NULL,
		.events = one_in(8) ? "tcp_*,skb_d*" : NULL,
		.where = one_in(4) ? wheres[below(ARRAY_SIZE(wheres))] : NULL,
		.filter = one_in(8) ? "ip6 or not port 443" : NULL,
	};
	/* report and why are commands, without --every */
	if (o->report || o->why)
		o->every = 0;
	/* else most would be refused */
	o->summary = o->summary || (!o->every && (o->by || o->sort));
	if (!o->summary) {
		o->by = o->sort = NULL;
		o->top = 0;
	}
	if (o->every && one_in(2)) {
		o->summary = o->latency = false;
		o->by = o->sort = o->where = NULL;
		o->top = 0;
		one = true;
	}
	if (one)
		conns_parse(conns[below(ARRAY_SIZE(conns))], &o->conns);
}
