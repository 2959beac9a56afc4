// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's TCG that counts how often each instruction of the guest's
 * kernel runs between two marks, nops that pingpong executes. Writes a file
 * PREFIX.N for the N-th pair of marks: lines of address and count.
 *
 * QEMU installs no header for plugins where Debian packages it, so the few
 * functions of version 1 of the interface are declared here. Inline counters
 * are not atomic: one thread only, as with -icount.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT	__attribute__((visibility("default")))

enum { CB_NO_REGS };
enum { INLINE_ADD_U64 };
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*tb_cb_t)(uint64_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb_t)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_cb_t cb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_cb_t cb, int flags,
					    void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						int op, void *ptr, uint64_t n);

EXPORT int qemu_plugin_version = 1;

/* By address, open addressing; all of userspace shares entry 0 */
#define SLOTS	(1U << 22)
static struct slot {
	uint64_t	addr;
	uint64_t	count;
	uint64_t	start;
} slots[SLOTS];

static const char *prefix;
static unsigned int pairs;

static struct slot *find_slot(uint64_t addr)
{
	uint32_t i = (addr * 0x9e3779b97f4a7c15ULL) >> 42;

	if (!(addr >> 63))
		return &slots[0];
	while ((slots[i].addr && slots[i].addr != addr) || !i)
		i = (i + 1) % SLOTS;
	slots[i].addr = addr;
	return &slots[i];
}

static void begin(unsigned int cpu, void *data)
{
	unsigned int i;

	(void)cpu;
	(void)data;
	for (i = 0; i < SLOTS; i++)
		slots[i].start = slots[i].count;
}

static void end(unsigned int cpu, void *data)
{
	char name[4096];
	unsigned int i;
	FILE *f;

	(void)cpu;
	(void)data;
	snprintf(name, sizeof(name), "%s.%u", prefix, pairs++);
	f = fopen(name, "w");
	for (i = 0; f && i < SLOTS; i++)
		if (slots[i].count != slots[i].start)
			fprintf(f, "%016" PRIx64 " %" PRIu64 "\n",
				slots[i].addr,
				slots[i].count - slots[i].start);
	if (!f || fclose(f)) {
		perror(name);
		exit(1);
	}
}

/* nopl NUMBER(%rax) */
static uint32_t mark_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nopl[] = { 0x0f, 0x1f, 0x80 };
	const uint8_t *data = qemu_plugin_insn_data(insn);
	uint32_t number;

	if (qemu_plugin_insn_size(insn) != sizeof(nopl) + sizeof(number) ||
	    memcmp(data, nopl, sizeof(nopl)))
		return 0;
	memcpy(&number, data + sizeof(nopl), sizeof(number));
	return number;
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;
	struct slot *slot;
	exec_cb_t cb;
	uint32_t mark;

	(void)id;
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		mark = mark_of(insn);
		cb = mark == 0x534b4230 ? begin :
		     mark == 0x534b4231 ? end : NULL;
		if (cb)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, cb,
							       CB_NO_REGS,
							       NULL);
		slot = find_slot(qemu_plugin_insn_vaddr(insn));
		qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
							   &slot->count, 1);
	}
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "prefix=", 7)) {
		fprintf(stderr, "plugin: usage: prefix=PATH\n");
		return -1;
	}
	prefix = strdup(argv[0] + 7);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
