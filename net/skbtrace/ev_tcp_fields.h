/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the blocks of TCP's events hold, and the words of their enums. For
 * ev_tcp.c only: SKBTRACE_BLOCK() makes structs and static tables.
 */
#define TCP_CONNECTION_FIELDS(F, S)					\
	F(S, u8, old, "enum:tcp_state", "brief", "state it leaves")	\
	F(S, u8, state, "enum:tcp_state", "brief", "state it enters")	\
	F(S, u8, mini, "enum:no_yes", "-", "a timewait minisocket")	\
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u32, timeout_us, "us", "na,whole", "of the minisocket")
SKBTRACE_BLOCK(tcp_connection, TCP_CONNECTION_FIELDS);

#define ICSK_CONNECTION_FIELDS(F, S)					\
	F(S, u8, old, "enum:tcp_state", "-", "state it leaves")		\
	F(S, u8, state, "enum:tcp_state", "brief", "LISTEN, or CLOSE at its end") \
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u32, backlog, "-", "brief", "most connections waiting for accept()")
SKBTRACE_BLOCK(icsk_connection, ICSK_CONNECTION_FIELDS);

#define TCP_ACTIVE_CONN_FIELDS(F, S)					\
	F(S, addr, local, "-", "tuple", "local address")		\
	F(S, addr, peer, "-", "tuple", "address of the peer")		\
	F(S, u16, lport, "port", "tuple", "local port")			\
	F(S, u16, pport, "port", "tuple", "port of the peer")		\
	F(S, u8, end, "enum:no_yes", "brief", "the last one: the connection is closed") \
	F(S, u8, state, "enum:tcp_state", "brief", "state")		\
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u64, cgroup, "hex", "-", "id of the cgroup (v2)")		\
	F(S, u32, uid, "-", "brief", "owner, initial user namespace")	\
	F(S, u32, mark, "hex", "-", "SO_MARK")				\
	F(S, str16, ca, "-", "brief", "congestion control")		\
	F(S, u32, snd_una, "sseq", "-", "first byte not acknowledged")	\
	F(S, u32, rcv_nxt, "rseq", "-", "next byte expected")		\
	F(S, u32, snd_base, "-", "-", "sequence number of the first byte sent") \
	F(S, u32, rcv_base, "-", "-", "sequence number of the first byte received") \
	F(S, u64, bytes_sent, "bytes", "brief", "payload sent, retransmissions too") \
	F(S, u64, bytes_acked, "bytes", "brief", "payload acknowledged (RFC 4898)") \
	F(S, u64, bytes_received, "bytes", "brief", "payload received (RFC 4898)") \
	F(S, u64, bytes_retrans, "bytes", "-", "payload retransmitted")	\
	F(S, u32, segs_out, "segs", "-", "segments sent (RFC 4898)")	\
	F(S, u32, segs_in, "segs", "-", "segments received (RFC 4898)")	\
	F(S, u32, total_retrans, "segs", "brief", "segments retransmitted") \
	F(S, u32, min_rtt_us, "us", "brief,na", "smallest RTT of late (tcp_min_rtt)") \
	F(S, u32, srtt_us, "us", "brief,na", "smoothed RTT (RFC 6298)")	\
	F(S, u32, mss, "bytes", "-", "sending MSS (mss_cache)")		\
	F(S, u32, snd_cwnd, "segs", "-", "congestion window")		\
	F(S, u32, snd_ssthresh, "segs", "inf", "slow start threshold")	\
	F(S, u32, snd_wnd, "bytes", "-", "window of the peer")		\
	F(S, u32, spare2, "-", "-", "0")				\
	F(S, u64, busy_us, "us", "-", "time with data to send or in flight") \
	F(S, u64, rwnd_limited_us, "us", "-", "of it, held by the peer's window") \
	F(S, u64, sndbuf_limited_us, "us", "-", "of it, held by the send buffer")
SKBTRACE_BLOCK(tcp_active_conn, TCP_ACTIVE_CONN_FIELDS);

#define TCP_RTTM_FIELDS(F, S)						\
	F(S, u32, rtt_us, "us", "brief", "the sample")			\
	F(S, u32, srtt_us, "us", "brief", "smoothed RTT, the sample included") \
	F(S, u32, mdev_us, "us", "brief", "mean deviation")		\
	F(S, u32, mdev_max_us, "us", "-", "greatest mdev of this RTT")	\
	F(S, u32, rttvar_us, "us", "-", "smoothed mdev_max")		\
	F(S, u32, rto_us, "us", "brief,whole", "retransmission timeout") \
	F(S, u32, snd_una, "sseq", "-", "first byte not acknowledged, before this ACK") \
	F(S, u32, rtt_seq, "sseq", "-", "rttvar is renewed when this is acknowledged")
SKBTRACE_BLOCK(tcp_rttm, TCP_RTTM_FIELDS);

#define TCP_CA_STATE_FIELDS(F, S)					\
	F(S, u8, old, "enum:tcp_ca_state", "brief", "state it leaves")	\
	F(S, u8, state, "enum:tcp_ca_state", "brief", "state it enters") \
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u32, snd_cwnd, "segs", "brief", "congestion window")	\
	F(S, u32, snd_ssthresh, "segs", "brief,inf", "slow start threshold") \
	F(S, u32, packets_out, "segs", "brief", "sent and not acknowledged") \
	F(S, u32, sacked_out, "segs", "brief", "of them, SACKed")	\
	F(S, u32, lost_out, "segs", "brief", "of them, taken for lost")	\
	F(S, u32, retrans_out, "segs", "brief", "of them, retransmitted") \
	F(S, u32, total_retrans, "segs", "-", "retransmitted in all")	\
	F(S, u32, prior_cwnd, "segs", "-", "snd_cwnd before the reduction") \
	F(S, u32, prior_ssthresh, "segs", "inf", "snd_ssthresh before it") \
	F(S, u32, reordering, "segs", "-", "reordering degree")		\
	F(S, s32, undo_retrans, "segs", "-", "retransmissions that may prove needless") \
	F(S, u32, rto_us, "us", "brief,whole", "retransmission timeout") \
	F(S, u32, snd_una, "sseq", "brief", "first byte not acknowledged") \
	F(S, u32, snd_nxt, "sseq", "brief", "next byte to be sent")	\
	F(S, u32, high_seq, "sseq", "-", "snd_nxt when congestion began") \
	F(S, u32, undo_marker, "sseq", "-", "snd_una when it began")	\
	F(S, u32, snd_wnd, "bytes", "-", "window of the peer")		\
	F(S, u32, rcv_wnd, "bytes", "-", "own window")			\
	F(S, u32, mss, "bytes", "-", "sending MSS (mss_cache)")
SKBTRACE_BLOCK(tcp_ca_state, TCP_CA_STATE_FIELDS);

#define TCP_RETRANSMIT_FIELDS(F, S)					\
	F(S, u8, kind, "enum:tcp_retransmit", "brief", "why")		\
	F(S, u8, state, "enum:tcp_state", "-", "state of the connection") \
	F(S, u8, retransmits, "-", "brief", "timeouts in a row (icsk_retransmits)") \
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u32, seq, "sseq", "brief", "first byte sent again")	\
	F(S, u32, len, "bytes", "brief", "sequence numbers sent again")	\
	F(S, u32, segs, "segs", "brief", "segments sent again")		\
	F(S, u32, snd_cwnd, "segs", "brief", "congestion window")	\
	F(S, u32, packets_out, "segs", "-", "sent and not acknowledged") \
	F(S, u32, total_retrans, "segs", "-", "retransmitted in all")	\
	F(S, u32, rto_us, "us", "brief,whole", "retransmission timeout")
SKBTRACE_BLOCK(tcp_retransmit, TCP_RETRANSMIT_FIELDS);

enum {
	RETRANS_OTHER, RETRANS_FAST, RETRANS_LOSS, RETRANS_TLP, RETRANS_SYN,
	RETRANS_SYNACK
};

static const struct skbtrace_sym retransmit_words[] = {
	{ RETRANS_OTHER, "other" },	/* path MTU discovery */
	{ RETRANS_FAST, "fast" },	/* in Recovery */
	{ RETRANS_LOSS, "loss" },	/* in Loss: RTO and what follows it */
	{ RETRANS_TLP, "tlp" },		/* tail loss probe */
	{ RETRANS_SYN, "syn" },
	{ RETRANS_SYNACK, "synack" },
};

static const struct skbtrace_sym state_words[] = {
	{ TCP_ESTABLISHED, "ESTABLISHED" },	{ TCP_SYN_SENT, "SYN_SENT" },
	{ TCP_SYN_RECV, "SYN_RECV" },		{ TCP_FIN_WAIT1, "FIN_WAIT1" },
	{ TCP_FIN_WAIT2, "FIN_WAIT2" },		{ TCP_TIME_WAIT, "TIME_WAIT" },
	{ TCP_CLOSE_WAIT, "CLOSE_WAIT" },	{ TCP_CLOSE, "CLOSE" },
	{ TCP_LAST_ACK, "LAST_ACK" },		{ TCP_LISTEN, "LISTEN" },
	{ TCP_CLOSING, "CLOSING" },
	{ TCP_NEW_SYN_RECV, "NEW_SYN_RECV" },
};

static const struct skbtrace_sym ca_state_words[] = {
	{ TCP_CA_Open, "open" },		{ TCP_CA_Disorder, "disorder" },
	{ TCP_CA_CWR, "cwr" },			{ TCP_CA_Recovery, "recovery" },
	{ TCP_CA_Loss, "loss" },
};

static const struct skbtrace_syms tcp_syms[] = {
	SKBTRACE_SYMS("tcp_state", state_words),
	SKBTRACE_SYMS("tcp_ca_state", ca_state_words),
	SKBTRACE_SYMS("tcp_retransmit", retransmit_words),
};
