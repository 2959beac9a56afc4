/* SPDX-License-Identifier: GPL-2.0 */
/* How the members of arguments get their values. */
#ifndef SKBTRACE_PROVIDER_VALUE_H
#define SKBTRACE_PROVIDER_VALUE_H

#include "provider/provider.h"

typedef void getter(const struct firing *f, struct value *v);

getter get_packet, get_socket, get_ver, get_plength, get_saddr, get_daddr;
getter get_local, get_peer, get_lport, get_pport, get_sport, get_dport;
getter get_same, get_is_lo, get_netns, get_4, get_6, get_protostr, get_src4;
getter get_dst4, get_src6, get_dst6, get_udp_length, get_state, get_old;
getter get_frag_flags, get_frag_offset, get_dev, get_cwnd, get_ssthresh;
getter get_iss, get_irs, get_rto, get_rtt, get_rtt_sd, get_retransmit;

bool there4(const struct firing *f);
bool there6(const struct firing *f);

#endif
