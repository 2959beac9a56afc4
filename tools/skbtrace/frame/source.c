// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame/source.h"
#include "lib/io.h"
#include "lib/num.h"
#include "lib/pcapng.h"

enum {
	WHOLE = 1 << 17,	/* longest frame */
	BUFFER = 32 << 20,	/* of the kernel, for us */
	BATCH_MS = 50,		/* as long may a frame wait for others */
};

static const u8 group[] = SKBTRACE_LINK_GROUP;

void source_close(struct source *s)
{
	if (s->pcap)
		pcap_close(s->pcap);
	else if (s->fd >= 0)
		close(s->fd);
	free(s->buf);
	s->pcap = NULL;
	s->buf = NULL;
	s->fd = -1;
}

/* ---- an interface ---- */

static int cannot_listen(const char *name, int err, pcap_t *p)
{
	const char *why = pcap_geterr(p);

	if (err == PCAP_ERROR_PERM_DENIED ||
	    err == PCAP_ERROR_PROMISC_PERM_DENIED) {
		msg("no permission to listen on %s", name);
		hint("run as root, or with CAP_NET_RAW");
	} else if (err == PCAP_ERROR_NO_SUCH_DEVICE) {
		msg("no interface %s", name);
		hint("ip link add %s type skbtrace makes one", name);
	} else if (err == PCAP_ERROR_IFACE_NOT_UP) {
		msg("%s is down", name);
		hint("ip link set %s up", name);
	} else {
		msg("cannot listen on %s: %s", name,
		    *why ? why : pcap_statustostr(err));
	}
	return EXIT_FAILED;
}

static void take_mac(struct source *s)
{
	struct ifreq r = {};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(r.ifr_name, IFNAMSIZ, "%s", s->name);
	if (fd >= 0 && !ioctl(fd, SIOCGIFHWADDR, &r))
		memcpy(s->mac, r.ifr_hwaddr.sa_data, sizeof(s->mac));
	if (fd >= 0)
		close(fd);
}

static int only_frames(struct source *s)
{
	struct bpf_program prog;
	int err = pcap_compile(s->pcap, &prog, "ether proto 0x88b5 or"
			       " (vlan and ether proto 0x88b5)", 1,
			       PCAP_NETMASK_UNKNOWN);

	if (!err) {
		err = pcap_setfilter(s->pcap, &prog);
		pcap_freecode(&prog);
	}
	if (err)
		return fail(EXIT_FAILED, "%s: %s", s->name,
			    pcap_geterr(s->pcap));
	return 0;
}

int source_interface(struct source *s, const char *name)
{
	char text[PCAP_ERRBUF_SIZE];
	int err;

	*s = (struct source){ .name = name, .fd = -1 };
	s->pcap = pcap_create(name, text);
	if (!s->pcap)
		return fail(EXIT_FAILED, "cannot listen on %s: %s", name, text);
	pcap_set_snaplen(s->pcap, WHOLE);
	pcap_set_timeout(s->pcap, BATCH_MS);
	pcap_set_buffer_size(s->pcap, BUFFER);
	/* an older libpcap has microseconds only */
	pcap_set_tstamp_precision(s->pcap, PCAP_TSTAMP_PRECISION_NANO);
	err = pcap_activate(s->pcap);
	if (err < 0)
		return cannot_listen(name, err, s->pcap);
	if (pcap_datalink(s->pcap) != DLT_EN10MB)
		return fail(EXIT_FAILED, "%s is no Ethernet interface", name);
	take_mac(s);
	pcap_setnonblock(s->pcap, 1, text);
	s->fd = pcap_get_selectable_fd(s->pcap);
	return only_frames(s);
}

/* What libpcap says of it is an error of the socket, which does not end. */
static int went_down(struct source *s)
{
	msg("%s is down, or gone: waiting for it", s->name);
	pcap_close(s->pcap);
	s->pcap = NULL;
	s->fd = -1;
	s->down = true;
	return 0;
}

static bool is_up(const char *name)
{
	struct ifreq r = {};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up;

	snprintf(r.ifr_name, IFNAMSIZ, "%s", name);
	up = fd >= 0 && !ioctl(fd, SIOCGIFFLAGS, &r) && r.ifr_flags & IFF_UP;
	if (fd >= 0)
		close(fd);
	return up;
}

int source_again(struct source *s)
{
	int code;

	if (!s->down || !is_up(s->name))
		return 0;
	code = source_interface(s, s->name);
	if (!code)
		msg("%s is up again", s->name);
	return code;
}

/* ---- a file ---- */

bool source_is_capture(int fd)
{
	u32 word;

	return peek(fd, &word, sizeof(word)) == sizeof(word) &&
	       pcap_magic(word);
}

static int cannot_read(const char *name, const char *why)
{
	return fail(EXIT_FAILED, "cannot read %s: %s", name, why);
}

int source_opened(struct source *s, const char *name, int fd)
{
	const u_int nano = PCAP_TSTAMP_PRECISION_NANO;
	char text[PCAP_ERRBUF_SIZE];
	FILE *f;

	*s = (struct source){ .name = name, .fd = -1, .is_file = true };
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f)
		return cannot_read(name, strerror(errno));
	s->pcap = pcap_fopen_offline_with_tstamp_precision(f, nano, text);
	if (!s->pcap) {
		fclose(f);
		return cannot_read(name, text);
	}
	if (pcap_datalink(s->pcap) == DLT_EN10MB)
		return 0;
	msg("%s holds no Ethernet frames", name);
	hint("tcpdump -i IFACE -w FILE writes such, but not with -i any");
	return EXIT_FAILED;
}

int source_file(struct source *s, const char *name)
{
	int fd, code;

	*s = (struct source){ .fd = -1 };
	if (!strcmp(name, "-"))
		return source_opened(s, "stdin", STDIN_FILENO);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cannot_read(name, strerror(errno));
	code = source_opened(s, name, fd);
	close(fd);
	return code;
}

static int next_in_pcap(struct source *s, struct arrival *a)
{
	const int precise = pcap_get_tstamp_precision(s->pcap) ==
			    PCAP_TSTAMP_PRECISION_NANO;
	struct pcap_pkthdr *h;
	const u_char *p;
	int ret;

	while ((ret = pcap_next_ex(s->pcap, &h, &p)) == 1) {
		a->len = h->caplen;
		a->p = frame_in_ethernet(p, &a->len);
		a->real_ns = h->ts.tv_sec * NSEC_PER_SEC +
			     h->ts.tv_usec * (precise ? 1 : 1000);
		if (a->p)
			return 1;
		s->refused++;
	}
	if (ret != PCAP_ERROR)
		return 0;
	/* what tcpdump had not written when it was killed */
	if (s->is_file && strstr(pcap_geterr(s->pcap), "truncated")) {
		s->truncated = true;
		return 0;
	}
	if (!s->is_file)
		return went_down(s);
	msg("%s: %s", s->name, pcap_geterr(s->pcap));
	return -1;
}

/* ---- a port ---- */

int source_port(struct source *s, u64 port)
{
	struct sockaddr_in6 any = {
		.sin6_family = AF_INET6, .sin6_port = htons(port),
	};
	struct sockaddr_in any4 = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};
	const int on = 1, off = 0, size = BUFFER;
	int err;

	*s = (struct source){ .fd = -1 };
	s->buf = xmalloc(WHOLE);
	s->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd >= 0) {
		setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
		err = bind(s->fd, (void *)&any, sizeof(any));
	} else {
		/* without IPv6 */
		s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC |
			       SOCK_NONBLOCK, 0);
		err = s->fd < 0 ? -1 : bind(s->fd, (void *)&any4, sizeof(any4));
	}
	if (err) {
		err = errno;
		msg("cannot listen on port %llu: %m", (unsigned long long)port);
		if (err == EADDRINUSE)
			hint("another collector? ss -lunp shows who listens there");
		return EXIT_FAILED;
	}
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	return 0;
}

static bool same_peer(const struct sockaddr_in6 *a,
		      const struct sockaddr_in6 *b)
{
	if (a->sin6_family != b->sin6_family || a->sin6_port != b->sin6_port)
		return false;
	/* that of IPv4 lies where the flow label is */
	if (a->sin6_family == AF_INET)
		return a->sin6_flowinfo == b->sin6_flowinfo;
	return !memcmp(&a->sin6_addr, &b->sin6_addr, sizeof(a->sin6_addr)) &&
	       a->sin6_scope_id == b->sin6_scope_id;
}

static void note_peer(struct source *s, const struct sockaddr_in6 *from)
{
	/* mostly the one who sent last, which is moved to the front */
	for (u32 i = 0; i < s->npeers; i++) {
		struct sockaddr_in6 found = s->peers[i];

		if (!same_peer(&found, from))
			continue;
		s->peers[i] = s->peers[i / 2];
		s->peers[i / 2] = found;
		return;
	}
	if (s->npeers < SOURCE_PEERS)
		s->peers[s->npeers++] = *from;
}

static u64 stamp_of(struct msghdr *m)
{
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof(t));
		return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
	}
	return real_ns();
}

static int next_datagram(struct source *s, struct arrival *a)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr align;
	} control;
	struct sockaddr_in6 from = {};
	struct iovec v = { .iov_base = s->buf, .iov_len = WHOLE };
	struct msghdr m = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t n;

	for (;;) {
		n = recvmsg(s->fd, &m, 0);
		if (n >= 0)
			break;
		/* an error of a probe that was sent is told here, too */
		if (errno == EAGAIN)
			return 0;
		if (errno == EINTR || errno == ECONNREFUSED)
			continue;
		msg("cannot receive: %m");
		return -1;
	}
	note_peer(s, &from);
	*a = (struct arrival){
		.p = s->buf, .len = n, .real_ns = stamp_of(&m),
	};
	return 1;
}

int source_next(struct source *s, struct arrival *a)
{
	if (s->down)
		return 0;
	return s->pcap ? next_in_pcap(s, a) : next_datagram(s, a);
}

void source_probe(struct source *s, const void *cookie, u32 len)
{
	enum { ETH = 14 };
	u8 b[ETH + sizeof(struct skbtrace_frame) + FRAME_COOKIE] = {};
	struct skbtrace_frame h;
	const u32 n = sizeof(h) + len;

	if (s->fd < 0 || len > FRAME_COOKIE)
		return;
	frame_header(&h, SKBTRACE_FRAME_PROBE, len);
	memcpy(b + ETH, &h, sizeof(h));
	memcpy(b + ETH + sizeof(h), cookie, len);
	if (s->pcap) {
		memcpy(b, group, sizeof(group));
		memcpy(b + sizeof(group), s->mac, sizeof(s->mac));
		b[12] = SKBTRACE_ETHERTYPE >> 8;
		b[13] = SKBTRACE_ETHERTYPE & 255;
		/* one that is lost is not missed: the next comes soon */
		pcap_inject(s->pcap, b, ETH + n);
		return;
	}
	for (u32 i = 0; i < s->npeers; i++)
		sendto(s->fd, b + ETH, n, MSG_DONTWAIT, (void *)&s->peers[i],
		       s->peers[i].sin6_family == AF_INET ?
		       sizeof(struct sockaddr_in) : sizeof(s->peers[i]));
}
