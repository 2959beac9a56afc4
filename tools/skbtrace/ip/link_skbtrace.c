// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of iproute2, which looks for it in its folder of libraries when it
 * meets "type skbtrace": options for "ip link add" and "ip link set", and what
 * "ip -d link show" prints.
 *
 * iproute2 installs no headers. What is declared here is its interface for such
 * plugins, as of 4.17 and later: struct link_util, and functions of the program
 * that loads the plugin.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/skbtrace_link.h"

/* ---- iproute2 ---- */

struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

enum { PRINT_ANY = 4, COLOR_NONE = 6 };

int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data,
	      int alen);
int print_color_string(int type, int color, const char *key, const char *fmt,
		       const char *value);
int print_color_uint(int type, int color, const char *key, const char *fmt,
		     unsigned int value);

extern struct link_util skbtrace_link_util;

/* ---- options ---- */

enum { REQUEST_MAX = 1024, SESSION_MAX = 32 };

static const char *const batches[] = {
	[SKBTRACE_LINK_BATCH_OFF] = "off",
	[SKBTRACE_LINK_BATCH_EVENT] = "event",
	[SKBTRACE_LINK_BATCH_ANY] = "any",
};

#define NR_BATCHES	(sizeof(batches) / sizeof(batches[0]))

static void usage(FILE *f)
{
	fprintf(f,
		"Usage: ... skbtrace [ session NAME ] [ batch { off | event | any } ]\n"
		"                    [ remote ADDR [ port PORT ] ]\n"
		"\n"
		"Where: session  whose events are sent as frames (default: default)\n"
		"       batch    which share a frame: none, those of the same event\n"
		"                (default), any; \"ip link set\" changes it\n"
		"       remote   send them there as UDP datagrams\n"
		"       port     to this port of it\n");
}

static int wrong(const char *what, const char *value, const char *todo)
{
	fprintf(stderr, "skbtrace: %s \"%s\": %s\n", what, value, todo);
	return -1;
}

static int add_session(struct nlmsghdr *n, const char *value)
{
	size_t len = strlen(value);

	if (!len || len > SESSION_MAX)
		return wrong("session", value, "a name of 1 to 32 characters");
	return addattr_l(n, REQUEST_MAX, IFLA_SKBTRACE_SESSION, value, len + 1);
}

static int add_batch(struct nlmsghdr *n, const char *value)
{
	for (__u8 i = 0; i < NR_BATCHES; i++)
		if (!strcmp(batches[i], value))
			return addattr_l(n, REQUEST_MAX, IFLA_SKBTRACE_BATCH,
					 &i, sizeof(i));
	return wrong("batch", value, "off, event or any");
}

static int add_remote(struct nlmsghdr *n, const char *value)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, value, &v4) == 1)
		return addattr_l(n, REQUEST_MAX, IFLA_SKBTRACE_REMOTE, &v4,
				 sizeof(v4));
	if (inet_pton(AF_INET6, value, &v6) == 1)
		return addattr_l(n, REQUEST_MAX, IFLA_SKBTRACE_REMOTE6, &v6,
				 sizeof(v6));
	return wrong("remote", value, "an address: 10.0.0.1, 2001:db8::1");
}

static int add_port(struct nlmsghdr *n, const char *value)
{
	unsigned long port;
	__be16 v;
	char *end;

	errno = 0;
	port = strtoul(value, &end, 10);
	if (errno || end == value || *end || *value == '-' || !port ||
	    port > 65535)
		return wrong("port", value, "a number from 1 to 65535");
	v = htons(port);
	return addattr_l(n, REQUEST_MAX, IFLA_SKBTRACE_PORT, &v, sizeof(v));
}

static const struct {
	const char *name;
	int (*add)(struct nlmsghdr *n, const char *value);
} options[] = {
	{ "session", add_session },
	{ "batch", add_batch },
	{ "remote", add_remote },
	{ "port", add_port },
};

#define NR_OPTIONS	(sizeof(options) / sizeof(options[0]))

static int add_option(struct nlmsghdr *n, const char *name, const char *value)
{
	for (size_t i = 0; i < NR_OPTIONS; i++) {
		if (strcmp(options[i].name, name))
			continue;
		if (!value)
			return wrong("the value is missing", name, "name VALUE");
		return options[i].add(n, value) ? -1 : 0;
	}
	if (strcmp(name, "help"))
		fprintf(stderr, "skbtrace: unknown option \"%s\"\n", name);
	usage(stderr);
	return -1;
}

static int parse_opt(struct link_util *lu, int argc, char **argv,
		     struct nlmsghdr *n)
{
	(void)lu;
	for (; argc > 0; argc -= 2, argv += 2)
		if (add_option(n, argv[0], argc > 1 ? argv[1] : NULL))
			return -1;
	return 0;
}

/* ---- what there is ---- */

static void print_string(const char *key, const char *fmt, const char *value)
{
	print_color_string(PRINT_ANY, COLOR_NONE, key, fmt, value);
}

static void print_remote(const struct rtattr *a, int family)
{
	char text[INET6_ADDRSTRLEN];

	if (a && inet_ntop(family, RTA_DATA(a), text, sizeof(text)))
		print_string("remote", "remote %s ", text);
}

static void print_batch(__u8 batch)
{
	if (batch < NR_BATCHES)
		print_string("batch", "batch %s ", batches[batch]);
	else
		print_color_uint(PRINT_ANY, COLOR_NONE, "batch", "batch %u ",
				 batch);
}

static void print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	__be16 port;

	(void)lu;
	(void)f;
	if (!tb)
		return;
	if (tb[IFLA_SKBTRACE_SESSION])
		print_string("session", "session %s ",
			     RTA_DATA(tb[IFLA_SKBTRACE_SESSION]));
	if (tb[IFLA_SKBTRACE_BATCH])
		print_batch(*(const __u8 *)RTA_DATA(tb[IFLA_SKBTRACE_BATCH]));
	print_remote(tb[IFLA_SKBTRACE_REMOTE], AF_INET);
	print_remote(tb[IFLA_SKBTRACE_REMOTE6], AF_INET6);
	if (!tb[IFLA_SKBTRACE_PORT])
		return;
	memcpy(&port, RTA_DATA(tb[IFLA_SKBTRACE_PORT]), sizeof(port));
	print_color_uint(PRINT_ANY, COLOR_NONE, "port", "port %u ",
			 ntohs(port));
}

static void print_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	usage(f);
}

struct link_util skbtrace_link_util = {
	.id		= "skbtrace",
	.maxattr	= IFLA_SKBTRACE_MAX,
	.parse_opt	= parse_opt,
	.print_opt	= print_opt,
	.print_help	= print_help,
};
