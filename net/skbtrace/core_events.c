// SPDX-License-Identifier: GPL-2.0
/*
 * The core's own events, which name tasks and code addresses, and the symbol
 * tables that several modules use.
 */
#include <linux/in.h>
#include <linux/kallsyms.h>
#include <linux/sched.h>
#include "core_events.h"

#define TASK_FIELDS(F, S)						\
	F(S, u32, tgid, "-", "-", "process id, initial namespace")	\
	F(S, u32, spare, "-", "-", "0")					\
	F(S, str16, comm, "-", "-", "name of its main thread")
SKBTRACE_BLOCK(task, TASK_FIELDS);

#define SYMBOL_FIELDS(F, S)						\
	F(S, u64, id, "hex", "-", "as in fields of unit sym")		\
	F(S, str56, name, "-", "-", "function+0xoffset[module]")
SKBTRACE_BLOCK(symbol, SYMBOL_FIELDS);

struct skbtrace_event skbtrace_ev_task = {
	SKBTRACE_EVENT(task),
	.nr		= 0xfe01,
	.kind		= SKBTRACE_META,
	.role		= SKBTRACE_ROLE_TASK,
	.stability	= "Evolving",
	.help		= "Names a process: written before its first event.",
};

struct skbtrace_event skbtrace_ev_symbol = {
	SKBTRACE_EVENT(symbol),
	.nr		= 0xfe02,
	.kind		= SKBTRACE_META,
	.role		= SKBTRACE_ROLE_SYMBOL,
	.stability	= "Evolving",
	.help		= "Names a code address: written before its first use.",
};

/* Context: @task itself, or RCU. */
void skbtrace_fill_task(void *block, u32 tgid, const struct task_struct *task)
{
	struct task_block *b = block;

	b->tgid = tgid;
	memcpy(b->comm.s, task->group_leader->comm, sizeof(b->comm.s));
	b->comm.s[sizeof(b->comm.s) - 1] = 0;
}

/* Context: any. Takes some microseconds, once for each location. */
void skbtrace_fill_symbol(void *block, u64 id, const void *location)
{
	struct symbol_block *b = block;
	char name[KSYM_SYMBOL_LEN];
	char *size, *module;

	sprint_symbol(name, (unsigned long)location);
	/* "function+0x12/0x345 [module]": no size, no blank */
	size = strchr(name, '/');
	module = size ? strchr(size, '[') : NULL;
	if (module)
		memmove(size, module, strlen(module) + 1);
	else if (size)
		*size = 0;
	else if (name[0] == '0' && name[1] == 'x')
		strscpy(name, "?", sizeof(name));	/* a bare address */
	strscpy(b->name.s, name, sizeof(b->name.s));
	b->id = id;
}

static struct skbtrace_event *const core_events[] = {
	&skbtrace_ev_task,
	&skbtrace_ev_symbol,
};

static const struct skbtrace_sym ipproto_words[] = {
	{ IPPROTO_ICMP, "icmp" },	{ IPPROTO_IGMP, "igmp" },
	{ IPPROTO_TCP, "tcp" },		{ IPPROTO_UDP, "udp" },
	{ IPPROTO_DCCP, "dccp" },	{ IPPROTO_GRE, "gre" },
	{ IPPROTO_ESP, "esp" },		{ IPPROTO_ICMPV6, "icmp6" },
	{ IPPROTO_SCTP, "sctp" },	{ IPPROTO_UDPLITE, "udplite" },
};

static const struct skbtrace_sym dir_words[] = {
	{ SKBTRACE_DIR_UNKNOWN, "-" },
	{ SKBTRACE_DIR_RX, "rx" },
	{ SKBTRACE_DIR_TX, "tx" },
	{ SKBTRACE_DIR_FWD, "fwd" },
};

static const struct skbtrace_sym no_yes_words[] = {
	{ 0, "no" }, { 1, "yes" },
};

static const struct skbtrace_syms core_syms[] = {
	SKBTRACE_SYMS("ipproto", ipproto_words),
	SKBTRACE_SYMS("dir", dir_words),
	SKBTRACE_SYMS("no_yes", no_yes_words),
};

struct skbtrace_proto skbtrace_core_proto = {
	.name		= "core",
	.owner		= THIS_MODULE,
	.events		= core_events,
	.nr_events	= ARRAY_SIZE(core_events),
	.syms		= core_syms,
	.nr_syms	= ARRAY_SIZE(core_syms),
};
