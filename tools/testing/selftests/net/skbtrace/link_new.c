// SPDX-License-Identifier: GPL-2.0
/*
 * link_new [-c] NAME [session S] [batch N] [remote A] [remote6 A] [port N]
 *	[mtu N]
 *
 * Makes a device of type "skbtrace", or with -c changes it, by netlink: ip
 * knows the options of this type only by a plugin. Values go to the kernel
 * unchecked. If it refuses, prints what it says and the text of the errno, and
 * exits with 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/skbtrace_link.h>

static struct {
	struct nlmsghdr		h;
	struct ifinfomsg	i;
	char			attrs[4096];
} msg;

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(2);
}

static struct nlattr *put(int type, const void *data, int len)
{
	char *end = (char *)&msg + NLMSG_ALIGN(msg.h.nlmsg_len);
	struct nlattr *a = (void *)end;

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	msg.h.nlmsg_len = NLMSG_ALIGN(msg.h.nlmsg_len) + NLA_ALIGN(a->nla_len);
	return a;
}

static void end(struct nlattr *nest)
{
	nest->nla_len = (char *)&msg + msg.h.nlmsg_len - (char *)nest;
}

static void put_option(const char *name, const char *value)
{
	uint8_t batch = atoi(value);
	uint16_t port = htons(atoi(value));
	unsigned char addr[16];

	if (!strcmp(name, "session"))
		put(IFLA_SKBTRACE_SESSION, value, strlen(value) + 1);
	else if (!strcmp(name, "batch"))
		put(IFLA_SKBTRACE_BATCH, &batch, sizeof(batch));
	else if (!strcmp(name, "port"))
		put(IFLA_SKBTRACE_PORT, &port, sizeof(port));
	else if (!strcmp(name, "remote") &&
		 inet_pton(AF_INET, value, addr) == 1)
		put(IFLA_SKBTRACE_REMOTE, addr, 4);
	else if (!strcmp(name, "remote6") &&
		 inet_pton(AF_INET6, value, addr) == 1)
		put(IFLA_SKBTRACE_REMOTE6, addr, 16);
	else if (strcmp(name, "mtu"))
		die(name);
}

static void put_all(char **arg, const char *name)
{
	struct nlattr *info, *data;
	uint32_t mtu;
	int i;

	put(IFLA_IFNAME, name, strlen(name) + 1);
	for (i = 0; arg[i] && arg[i + 1]; i += 2) {
		mtu = atoi(arg[i + 1]);
		if (!strcmp(arg[i], "mtu"))
			put(IFLA_MTU, &mtu, sizeof(mtu));
	}
	info = put(IFLA_LINKINFO, NULL, 0);
	put(IFLA_INFO_KIND, "skbtrace", 8);
	data = put(IFLA_INFO_DATA, NULL, 0);
	for (i = 0; arg[i] && arg[i + 1]; i += 2)
		put_option(arg[i], arg[i + 1]);
	end(data);
	end(info);
}

/* The text of an extended acknowledgment, behind the message it is about */
static void print_reason(const struct nlmsghdr *h, const struct nlmsgerr *e)
{
	const char *p = (const char *)(e + 1);
	const char *last = (const char *)h + h->nlmsg_len;
	const struct nlattr *a;

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		p += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	for (; p + sizeof(*a) <= last; p += NLA_ALIGN(a->nla_len)) {
		a = (const void *)p;
		if (a->nla_len < NLA_HDRLEN)
			return;
		if (a->nla_type == NLMSGERR_ATTR_MSG)
			printf("%s: ", p + NLA_HDRLEN);
	}
}

static int answer(int fd)
{
	char buf[8192];
	struct nlmsghdr *h = (void *)buf;
	struct nlmsgerr *e = NLMSG_DATA(h);

	if (recv(fd, buf, sizeof(buf), 0) < (ssize_t)sizeof(*h) ||
	    h->nlmsg_type != NLMSG_ERROR)
		die("recv");
	if (!e->error)
		return 0;
	print_reason(h, e);
	printf("%s\n", strerror(-e->error));
	return 1;
}

int main(int argc, char **argv)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	int change = argc > 1 && !strcmp(argv[1], "-c"), on = 1;

	argv += 1 + change;
	if (fd < 0 || !argv[0])
		die("usage: link_new [-c] NAME [OPTION VALUE]...");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	msg.h.nlmsg_len = NLMSG_LENGTH(sizeof(msg.i));
	msg.h.nlmsg_type = RTM_NEWLINK;
	msg.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK |
			    (change ? 0 : NLM_F_CREATE | NLM_F_EXCL);
	put_all(argv + 1, argv[0]);
	if (send(fd, &msg, msg.h.nlmsg_len, 0) < 0)
		die("send");
	return answer(fd);
}
