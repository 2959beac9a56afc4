/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the tests that compare filters with libpcap: random numbers from a
 * seed, random pcap expressions, and writing programs to the kernel.
 */
#ifndef FILTER_GEN_H
#define FILTER_GEN_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

#define CTL		"/sys/kernel/debug/skbtrace/"
#define EXPR_MAX	4096

/**
 * struct pools - addresses, ports and so on for expressions and packets
 * @v4: addresses
 * @nr_v4: how many
 * @v6: addresses
 * @nr_v6: how many
 * @port: ports
 * @nr_port: how many
 * @conn: expressions of connections only: addresses, ports, protocols
 */
struct pools {
	const char *const	*v4;
	unsigned int		nr_v4;
	const char *const	*v6;
	unsigned int		nr_v6;
	const uint16_t		*port;
	unsigned int		nr_port;
	bool			conn;
};

/* The kernel's counts of a filter */
struct counts {
	unsigned long long	seen;
	unsigned long long	passed;
};

void rnd_seed(uint64_t seed);
uint32_t rnd(uint32_t below);
void gen_expr(char *to, const struct pools *pools);
int compile(struct bpf_program *prog, const char *expr, bool optimize);
const char *compile_error(void);
bool verdict(struct bpf_program *prog, const uint8_t *bytes, unsigned int len);
int set_filter(const char *file, const struct bpf_program *prog,
	       const char *note);
void set_text(const char *file, const char *text);
void get_counts(int fd, struct counts *counts);
int open_ctl(const char *file, int flags);
void print_ctl_error(void);
void print_program(const struct bpf_program *prog);
void print_hex(const char *what, const uint8_t *bytes, unsigned int len);
uint64_t choose_seed(void);
unsigned int number_from_env(const char *name, unsigned int or);
void __attribute__((noreturn)) die(const char *what);

#endif /* FILTER_GEN_H */
