/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run: one period of tracing of a session, from the settings to the last
 * read. It has the settings, the buffers and the events that are on.
 */
#ifndef _NET_SKBTRACE_RUN_H
#define _NET_SKBTRACE_RUN_H

#include <linux/cpumask.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/skbtrace.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include "cond.h"
#include "race.h"
#include "hold_log.h"
#include "registry.h"
#include "shed.h"
#include "symbol.h"
#include "watch.h"

#define SKBTRACE_NR_NAMED	65536U	/* a power of two */
#define SKBTRACE_NAMED_BYTES	(SKBTRACE_NR_NAMED * sizeof(u64))
#define SKBTRACE_MAX_HOOKS	64
/* a block's own, the most that a stack adds to it, and payload= */
#define SKBTRACE_STACK_BYTES	(8 + 8 * SKBTRACE_STACK_MAX)
#define SKBTRACE_PAYLOAD_BYTES	(8 + SKBTRACE_PAYLOAD_MAX)
#define SKBTRACE_STAGE_BYTES	(SKBTRACE_BLOCK_MAX + SKBTRACE_STACK_BYTES + \
				 SKBTRACE_PAYLOAD_BYTES)

#define SKBTRACE_NR_OWN		8U

struct rchan;
struct rchan_buf;
struct skbtrace_after;
struct skbtrace_history_list;
struct skbtrace_run;

/**
 * struct skbtrace_loss - the pending LOST block
 * @first_seq: sequence number of the first lost event
 * @first_time: its time
 * @last_time: time of the last one
 * @count: how many
 * @kinds: how many, by slot of the event
 * @nr: numbers of these events; some need not be on, such as naming events
 */
struct skbtrace_loss {
	u64	first_seq;
	u64	first_time;
	u64	last_time;
	u64	count;
	u64	kinds[SKBTRACE_MAX_EVENTS];
	u16	nr[SKBTRACE_MAX_EVENTS];
};

/**
 * struct skbtrace_call - arguments of a request for a block
 * @key: what it is about
 * @sk: its connection, %NULL: it is not about one
 * @location: the code address that it holds, or %NULL
 * @netns: inode number of the network namespace
 * @ctx: SKBTRACE_CTX_*
 * @skb: the packet whose first bytes it takes along, or %NULL
 * @l3: where its IP header is
 */
struct skbtrace_call {
	u64		key;
	struct sock	*sk;
	const void	*location;
	u32		netns;
	u32		ctx;
	const struct sk_buff *skb;
	int		l3;
};

/**
 * struct skbtrace_stage - a block outside of the buffer: its fields decide
 *	whether it is written, refused or held back
 * @ev: event
 * @call: arguments of skbtrace_begin()
 * @irqflags: restored when it is committed
 * @entry: the entry, if it is in the log
 * @pos: position of @entry
 * @held: it waits for a primary
 * @missed: it is a primary, and its history is not complete
 * @block: the fields; of the header the time, if it may be held back
 */
struct skbtrace_stage {
	const struct skbtrace_event	*ev;
	struct skbtrace_call		call;
	unsigned long			irqflags;
	struct skbtrace_held		*entry;
	u64				pos;
	bool				held;
	bool				missed;
	u8			block[SKBTRACE_STAGE_BYTES] __aligned(8);
};

/**
 * struct skbtrace_cpu - a run on one CPU
 * @gate: first, since probes see it through skbtrace_session.gate
 * @held: events held back
 * @history: events held back on any CPU, written or lost here
 * @lost: events lost because the buffer was full
 * @names: naming blocks written, and SHED, which are not counted as hits
 * @recursion: probes hit within a probe
 * @loss: the LOST block to be written before the next block
 * @opened: skbtrace_written() + @names when the open sub-buffer was opened
 * @told: skbtrace_told.nr of the SHED block that was written last
 * @symbols: ids of code addresses
 * @lost_by: losses by slot, for "dropped"
 * @stage: the open block, if the gate says staged
 * @log: hold-back log, %NULL: no memory for it
 * @run: the run
 * @buf: relay's part
 * @cpu: number
 * @flush: closes the open sub-buffer, every %SKBTRACE_FLUSH_MS while @reader
 * @complete: everything before this CLOCK_MONOTONIC time is closed
 * @reader: somebody reads it
 * @pos: bytes of the oldest closed sub-buffer that have been read
 * @read: blocks that have been read
 * @read_lock: serialises read(): io_uring does not take f_pos_lock
 *
 * Members up to @log are written by the CPU itself with interrupts off; the
 * others before the first probe can run, or by the reader.
 */
struct skbtrace_cpu {
	struct skbtrace_gate	gate;
	u64			held;
	u64			history;
	u64			lost;
	u64			names;
	u64			recursion;
	struct skbtrace_loss	loss;
	u64			opened;
	u32			told;
	struct skbtrace_symbols	symbols;
	u64			lost_by[SKBTRACE_MAX_EVENTS];
	struct skbtrace_stage	stage;
	struct skbtrace_hold_log *log;

	struct skbtrace_run	*run;
	struct rchan_buf	*buf;
	unsigned int		cpu;
	struct timer_list	flush;
	u64			complete;
	unsigned long		reader;
	u32			pos;
	u64			read;
	struct mutex		read_lock;	/* of @pos and @read */
};

enum skbtrace_phase { SKBTRACE_IDLE, SKBTRACE_TRACING, SKBTRACE_STOPPED };

/**
 * struct skbtrace_config - settings of a run
 * @subbuf_size: bytes
 * @subbuf_nr: per CPU
 * @ctx_mask: contexts, by bit
 * @cpus: CPUs that are traced
 * @hold: bytes of the hold-back logs of all CPUs; 0: none
 * @max_cost: share of the CPUs' time that probes may take, in parts per
 *	million; 0: any
 */
struct skbtrace_config {
	u32			subbuf_size;
	u32			subbuf_nr;
	u32			ctx_mask;
	cpumask_var_t		cpus;
	u64			hold;
	u32			max_cost;
};

/**
 * struct skbtrace_owner - who opened "owner"
 * @pid: in the initial pid namespace, 0: nobody
 * @uid: in the initial user namespace
 * @comm: name
 * @since: CLOCK_MONOTONIC, nanoseconds
 */
struct skbtrace_owner {
	pid_t	pid;
	uid_t	uid;
	char	comm[TASK_COMM_LEN];
	u64	since;
};

/**
 * struct skbtrace_told - what the next SHED block tells
 * @nr: counts the changes; written last
 * @since: when that began, CLOCK_MONOTONIC, nanoseconds
 * @factor: one in so many connections is recorded; 0: none
 * @was: the factor before
 * @share: of the CPUs' time, what probes took, in parts per million
 * @limit: what they may take
 */
struct skbtrace_told {
	u32	nr;
	u64	since;
	u32	factor;
	u32	was;
	u32	share;
	u32	limit;
};

/**
 * struct skbtrace_govern - keeps the probes of a run to their share of the time
 * @metered: probes are measured: decided when the run starts
 * @on: there is a limit, and @work goes on
 * @work: ends an interval
 * @state: what is recorded
 * @told: the last change
 * @since: when the interval began
 * @cost: all that probes had taken then
 * @measured: calls that had been measured then
 *
 * Under skbtrace_lock, except for @told, which each CPU reads.
 */
struct skbtrace_govern {
	bool				metered;
	bool				on;
	struct delayed_work		work;
	struct skbtrace_shed_state	state;
	struct skbtrace_told		told;
	u64				since;
	u64				cost;
	u64				measured;
};

/**
 * struct skbtrace_own - flows that carry what has been captured
 * @nr: how many there ever were
 * @flow: hashes of the last ones
 *
 * Written when one is seen first, by any CPU.
 */
struct skbtrace_own {
	u32	nr;
	u64	flow[SKBTRACE_NR_OWN];
};

/**
 * struct skbtrace_run - a run
 * @pub: the part that probes use
 * @cpu: per CPU
 * @cond: when= without what slot.ranged covers, by slot
 * @when: when=, all of it, by slot
 * @snapshot: snapshot=, by slot
 * @watch: primary=, by slot
 * @fires: the events that wait for this one: bits of their slots, by slot
 * @hold: hold-back logs
 * @after: connections in the time of after=
 * @after_until: the last of them ends then
 * @snap: capture=: bytes of a packet, by slot; 0: events
 * @payload: payload=: bytes of a packet that an event takes along, by slot
 * @packets: of each CPU, what has been captured; %NULL: no event captures
 * @packets_files: its files have been made
 * @own: flows whose packets are not captured
 * @found: of each CPU, the history that it writes
 * @location_key: key of the ids of code addresses
 * @epoch: the epoch that is due; each CPU begins it at its next flush
 * @dead: why probes gave up, %NULL if they did not
 * @state: idle, then tracing, then stopped; never back
 * @closing: flush timers must not be started any more
 * @finished: all buffers are final
 * @offered: the files of the session deliver what it has
 * @config: settings
 * @govern: keeps to config.max_cost
 * @hooks: attached hooks, each with the number of enabled events that use it
 * @forms: SKBTRACE_FORM_* that are attached, by slot
 * @nr_on: enabled events
 * @chan: relay's channel
 * @bytes: of its buffers
 * @tables: bytes of its tables: names, states, marks
 * @started: CLOCK_MONOTONIC, nanoseconds
 * @number: counts the runs of all sessions that have been started, from 1 on
 * @ref: the control files, and each open trace.cpuN
 *
 * Protected by skbtrace_lock, except for @dead, and @finished, which readers
 * see.
 */
struct skbtrace_run {
	struct skbtrace_session	pub;
	struct skbtrace_cpu __percpu *cpu;
	struct skbtrace_cond	cond[SKBTRACE_MAX_EVENTS];
	struct skbtrace_cond	when[SKBTRACE_MAX_EVENTS];
	struct skbtrace_cond	snapshot[SKBTRACE_MAX_EVENTS];
	struct skbtrace_watch	watch[SKBTRACE_MAX_EVENTS];
	u64			fires[SKBTRACE_MAX_EVENTS];
	struct skbtrace_hold	hold;
	struct skbtrace_after	*after;
	u64			after_until;
	u32			snap[SKBTRACE_MAX_EVENTS];
	u16			payload[SKBTRACE_MAX_EVENTS];
	struct skbtrace_packets * __percpu *packets;
	bool			packets_files;
	struct skbtrace_own	own;
	struct skbtrace_history_list __percpu *found;
	siphash_key_t		location_key;
	u32			epoch;
	const char		*dead;
	enum skbtrace_phase	state;
	bool			closing;
	bool			finished;
	bool			offered;	/* skbtrace_cpu_file_lock */
	struct skbtrace_config	config;
	struct skbtrace_govern	govern;
	struct {
		struct skbtrace_hook	*hook;
		unsigned int		users;
	} hooks[SKBTRACE_MAX_HOOKS];
	u8			forms[SKBTRACE_MAX_EVENTS];
	unsigned int		nr_on;
	struct rchan		*chan;
	u64			bytes;
	u64			tables;
	u64			started;
	u32			number;
	struct kref		ref;
};

void skbtrace_config_copy(struct skbtrace_config *to,
			  const struct skbtrace_config *from);
struct skbtrace_run *skbtrace_run_new(const struct skbtrace_config *config);
void skbtrace_run_put(struct skbtrace_run *run);
void skbtrace_run_charge(struct skbtrace_run *run, u64 bytes);
u64 skbtrace_buffer_bytes(void);

#endif /* _NET_SKBTRACE_RUN_H */
