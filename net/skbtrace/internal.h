/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to the core. Who may call whom, top to bottom:
 *
 *	main.c		brings everything up and down
 *	ctl.c		control files; spec.c parses, format.c prints
 *	session.c	a run of tracing: start, stop, owner
 *	source.c	tracepoints: found by name, attached while used
 *	channel.c	relay channel, files that deliver it, flush
 *	write.c		the hot path: a block
 *	name.c		names, told before they are used
 *	room.c		room for a block, losses
 *	hold.c		what is held back until a primary fires
 *	watch.c		primary=
 *	cond.c		when=, and other conditions
 *	filter.h	filters: feed.c, filter.c, prog.c, judge.c
 *	pick.c		sk_mark= and sample=
 *	state.c		what is remembered of connections
 *	core_events.c	the core's own events: names of tasks and addresses
 *	registry.c	protocol modules and their events
 *	error.c		the reason of the last refused write
 */
#ifndef _NET_SKBTRACE_INTERNAL_H
#define _NET_SKBTRACE_INTERNAL_H

#include <linux/cpumask.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/relay.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/siphash.h>
#include <linux/skbtrace.h>
#include <linux/timer.h>
#include "ring.h"
#include "names.h"
#include "symbol.h"
#include "filter.h"

#ifdef CONFIG_SKBTRACE_RACE
/* A window in which a race would show: let the other CPU run. */
static inline void skbtrace_race(void)
{
	cpu_relax();
}
#else
static inline void skbtrace_race(void)
{
}
#endif
#include "hold.h"

/* Limits and defaults; the documentation names them. */
#define SKBTRACE_SUBBUF_SIZE_MIN	4096U
#define SKBTRACE_SUBBUF_SIZE_MAX	(1024U << 10)
#define SKBTRACE_SUBBUF_SIZE_DEFAULT	(128U << 10)
#define SKBTRACE_SUBBUF_NR_MIN		2U
#define SKBTRACE_SUBBUF_NR_MAX		65536U
#define SKBTRACE_SUBBUF_NR_DEFAULT	8U
#define SKBTRACE_MEM_PER_CPU		(4UL << 20)	/* cap, times CPUs */
#define SKBTRACE_MEM_SHARE		64		/* cap, of all memory */
#define SKBTRACE_NR_NAMES		65536U
#define SKBTRACE_NR_TASKS		64	/* powers of two */
#define SKBTRACE_NR_STATES		131072U	/* 4 MiB, if needed */
#define SKBTRACE_HOLD_DEFAULT	(16ULL << 20)	/* if needed */
#define SKBTRACE_SAMPLE_MAX		65536U
#define SKBTRACE_BLOCK_MAX		1024	/* several fit a sub-buffer */
/* a block's own, the most that a stack adds to it */
#define SKBTRACE_STACK_BYTES	(8 + 8 * SKBTRACE_STACK_MAX)
#define SKBTRACE_STAGE_BYTES	(SKBTRACE_BLOCK_MAX + SKBTRACE_STACK_BYTES)
#define SKBTRACE_MAX_HOOKS		64
#define SKBTRACE_FLUSH_MS		100
#define SKBTRACE_ENABLED_MAX		65536	/* bytes of one write */
#define SKBTRACE_ERROR_MAX		512	/* bytes of "error" */

struct skbtrace_run;

/**
 * struct skbtrace_loss - events lost and not yet told of
 * @first_seq: of the first one
 * @first_time: its time
 * @last_time: time of the last one
 * @count: how many
 * @kinds: how many, by slot of the event
 * @nr: numbers of these events, which need not be on: names of connections
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
 * struct skbtrace_call - what a probe said of a block that it asked for
 * @key: what it is about
 * @sk: its connection, %NULL: it is not about one
 * @location: the code address that it tells, or %NULL
 * @netns: inode number of the network namespace
 * @ctx: SKBTRACE_CTX_*
 */
struct skbtrace_call {
	u64		key;
	struct sock	*sk;
	const void	*location;
	u32		netns;
	u32		ctx;
};

/**
 * struct skbtrace_stage - a block whose fields decide what becomes of it
 * @ev: event
 * @call: of skbtrace_begin()
 * @irqflags: to be restored when it is committed
 * @entry: it is made in the log: where
 * @pos: its position there
 * @held: it waits for a primary
 * @missed: it is a primary, and of what led to it older ones are gone
 * @block: all of it but the header; its time if it may be held back
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

/* The addresses of a stack */
struct skbtrace_calls {
	unsigned int	nr;
	unsigned long	at[SKBTRACE_STACK_MAX];
};

/**
 * struct skbtrace_cpu - a run on one CPU
 * @gate: first, since probes see it through skbtrace_session.gate
 * @epoch: of names
 * @seq: of the next event
 * @held: held back
 * @history: of what was held back here or elsewhere, written or lost here
 * @lost: found no room
 * @written: in the buffer
 * @names: naming blocks written, which are not hits
 * @recursion: probe hit within a probe
 * @ring: the buffer
 * @loss: to be told before the next block
 * @opened: @written + @names when the open sub-buffer was opened
 * @tasks: tgids named in this epoch, by low bits
 * @symbols: locations
 * @lost_by: losses by slot, for "dropped"
 * @stage: where the open block is if the gate says staged
 * @log: what is held back, %NULL: no memory for it
 * @run: whose this is
 * @buf: relay's part
 * @cpu: number
 * @flush: closes what is open, every %SKBTRACE_FLUSH_MS while @reader
 * @complete: everything before this CLOCK_MONOTONIC time is closed
 * @reader: the file is open
 * @pos: bytes of the oldest closed sub-buffer that the reader has got
 * @read: blocks that the reader has got
 * @read_lock: one read at a time; io_uring's does not take f_pos_lock
 *
 * Up to @log written by the CPU itself with interrupts off. The others:
 * set before the first probe can run, or by the one reader.
 */
struct skbtrace_cpu {
	struct skbtrace_gate	gate;
	u32			epoch;
	u64			seq;
	u64			held;
	u64			history;
	u64			lost;
	u64			written;
	u64			names;
	u64			recursion;
	struct skbtrace_ring	ring;
	struct skbtrace_loss	loss;
	u64			opened;
	u32			tasks[SKBTRACE_NR_TASKS];
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

#define SKBTRACE_COND_TERMS	8

enum skbtrace_op {
	SKBTRACE_EQ, SKBTRACE_NE, SKBTRACE_LT, SKBTRACE_LE, SKBTRACE_GT,
	SKBTRACE_GE
};

/**
 * struct skbtrace_term - a comparison
 * @value: to compare with; signed if @is_signed
 * @off: bytes from the beginning of the block
 * @field: which field of the event
 * @size: bytes
 * @op: enum skbtrace_op
 * @is_signed: the field is
 * @na: all ones are no value
 * @or: another one begins that is enough; else the next one must agree, too
 */
struct skbtrace_term {
	u64	value;
	u16	off;
	u8	field;
	u8	size;
	u8	op;
	bool	is_signed;
	bool	na;
	bool	or;
};

/**
 * struct skbtrace_cond - when=
 * @nr: comparisons
 * @term: comparisons
 */
struct skbtrace_cond {
	unsigned int		nr;
	struct skbtrace_term	term[SKBTRACE_COND_TERMS];
};

#define SKBTRACE_MAX_PRIMARIES	8
#define SKBTRACE_BEFORE_DEFAULT	32U
#define SKBTRACE_BEFORE_MAX	256U
#define SKBTRACE_AFTER_MAX	1000000U
#define SKBTRACE_SPAN_MAX	(3600ULL * NSEC_PER_SEC)

/**
 * struct skbtrace_primary - an event that a held back one waits for
 * @slot: of the event
 * @cond: which of them; none if cond.nr is 0
 */
struct skbtrace_primary {
	u8			slot;
	struct skbtrace_cond	cond;
};

/**
 * struct skbtrace_span - how much, before or after a primary
 * @nr: events at most
 * @ns: nanoseconds at most; 0: no matter when
 */
struct skbtrace_span {
	u32	nr;
	u64	ns;
};

/**
 * struct skbtrace_watch - primary= and what goes with it
 * @primaries: all of @primary, by bit of their slots
 * @nr: how many
 * @names: some primary can't name a connection
 * @has_before: before= has been given
 * @has_after: after= has been given
 * @before: what is wanted of what came before a primary
 * @after: and after it
 * @primary: events that are waited for
 */
struct skbtrace_watch {
	u64			primaries;
	u8			nr;
	bool			names;
	bool			has_before;
	bool			has_after;
	struct skbtrace_span	before;
	struct skbtrace_span	after;
	struct skbtrace_primary	primary[SKBTRACE_MAX_PRIMARIES];
};

/* skbtrace_slot.staged: what the fields decide, or nothing but their key */
enum { SKBTRACE_STAGED = 1, SKBTRACE_IN_LOG };

enum skbtrace_phase { SKBTRACE_IDLE, SKBTRACE_TRACING, SKBTRACE_STOPPED };

/**
 * struct skbtrace_config - what control files set before a run
 * @subbuf_size: bytes
 * @subbuf_nr: per CPU
 * @ctx_mask: contexts, by bit
 * @cpus: processors
 * @hold: bytes for what is held back, of all CPUs; 0: none
 */
struct skbtrace_config {
	u32			subbuf_size;
	u32			subbuf_nr;
	u32			ctx_mask;
	cpumask_var_t		cpus;
	u64			hold;
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
 * struct skbtrace_run - one run of tracing, from its settings to its last read
 * @pub: the part that probes see
 * @cpu: per CPU
 * @cond: when=, by slot, but for what slot.ranged says
 * @when: when=, all of it, by slot
 * @snapshot: snapshot=, by slot
 * @watch: primary=, by slot
 * @fires: which events wait for this one: bits of their slots, by slot
 * @hold: what is held back
 * @after: connections that after= is about
 * @after_until: none is after this time
 * @found: of each CPU, what it is about to write out
 * @known: connections named
 * @location_key: of the ids that stand for code addresses
 * @epoch: wanted; each CPU follows at its next flush
 * @dead: why probes gave up, %NULL if they did not
 * @state: idle, then tracing, then stopped; never back
 * @closing: no flush timer may be started any more
 * @finished: nothing will be written any more
 * @config: settings
 * @owner: of a private session
 * @hooks: attached hooks, each with the number of enabled events that use it
 * @forms: SKBTRACE_FORM_* that are attached, by slot
 * @nr_on: enabled events
 * @chan: relay's channel
 * @started: CLOCK_MONOTONIC, nanoseconds
 * @ref: the control files, and each open trace.cpuN
 *
 * Changes under skbtrace_lock, but for @dead, and @finished which readers see.
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
	struct skbtrace_history_list __percpu *found;
	struct skbtrace_names	known;
	siphash_key_t		location_key;
	u32			epoch;
	const char		*dead;
	enum skbtrace_phase	state;
	bool			closing;
	bool			finished;
	struct skbtrace_config	config;
	struct skbtrace_owner	owner;
	struct {
		struct skbtrace_hook	*hook;
		unsigned int		users;
	} hooks[SKBTRACE_MAX_HOOKS];
	u8			forms[SKBTRACE_MAX_EVENTS];
	unsigned int		nr_on;
	struct rchan		*chan;
	u64			started;
	struct kref		ref;
};

/* How an event is had: by its own tracepoints, or by skbtrace_event.inferred */
#define SKBTRACE_FORM_EXACT	1
#define SKBTRACE_FORM_INFERRED	2
#define SKBTRACE_FORM_BOTH	(SKBTRACE_FORM_EXACT | SKBTRACE_FORM_INFERRED)

/* What this kernel has of an event; INFERRED also if it lacks a part. */
enum skbtrace_avail {
	SKBTRACE_UNAVAILABLE, SKBTRACE_INFERRED, SKBTRACE_EXACT
};

/**
 * struct skbtrace_spec - a parsed "EVENT,key=value,..."
 * @ev: the event
 * @slot: what it asks for
 * @forms: form=: SKBTRACE_FORM_*; 0: the best that this kernel has
 * @when: when=, all of it
 * @cond: what slot.ranged does not say of it, if slot.cond is set
 * @snapshot: which of them want a snapshot, if slot.snapshot is set
 * @watch: what it waits for, if slot.held is set
 */
struct skbtrace_spec {
	struct skbtrace_event	*ev;
	struct skbtrace_slot	slot;
	u8			forms;
	struct skbtrace_cond	when;
	struct skbtrace_cond	cond;
	struct skbtrace_cond	snapshot;
	struct skbtrace_watch	watch;
};

/* One lock for control: registry, sessions, settings. Never taken in a probe
 * or while reading trace.cpuN, so removing those files under it is safe.
 */
extern struct mutex skbtrace_lock;

/* registry.c */
extern struct list_head skbtrace_protos;
extern struct skbtrace_event *skbtrace_events[SKBTRACE_MAX_EVENTS];
struct skbtrace_event *skbtrace_find_event(const char *name, size_t len);
const struct skbtrace_syms *skbtrace_find_syms(const struct skbtrace_event *ev,
					       const char *unit);
const struct skbtrace_field *
skbtrace_find_field(const struct skbtrace_event *ev, const char *name);
void skbtrace_load_protos(void);
bool skbtrace_absent_proto(unsigned int i, const char **name);

/* core_events.c */
extern struct skbtrace_proto skbtrace_core_proto;
extern struct skbtrace_event skbtrace_ev_task, skbtrace_ev_symbol;
void skbtrace_fill_task(void *block, u32 tgid, const struct task_struct *task);
void skbtrace_fill_symbol(void *block, u64 id, const void *location);

/* room.c */
void *skbtrace_room_slow(struct skbtrace_cpu *c, u32 len, bool important);
void skbtrace_lose(struct skbtrace_cpu *c, const struct skbtrace_event *ev);
void skbtrace_flush_cpu(struct skbtrace_run *run, struct skbtrace_cpu *c,
			bool move_epoch);

/* Room for a block; NULL: none. Context: gate busy. */
static __always_inline void *skbtrace_room(struct skbtrace_cpu *c, u32 len,
					   bool important)
{
	struct skbtrace_ring *r = &c->ring;
	void *p;

	if (unlikely(r->off + len > r->limit))
		return skbtrace_room_slow(c, len, important);
	p = r->cur + r->off;
	r->off += len;
	return p;
}

/* name.c */
void skbtrace_name_conn(struct skbtrace_run *run, struct skbtrace_cpu *c,
			const struct skbtrace_event *ev, struct sock *sk,
			u64 key, u32 netns);
u64 skbtrace_name_if_new(struct skbtrace_run *run, struct skbtrace_cpu *c,
			 const struct skbtrace_event *ev, struct sock *sk,
			 u32 netns);
void skbtrace_name_task(struct skbtrace_cpu *c, u32 tgid,
			const struct task_struct *task);
void skbtrace_name_location(struct skbtrace_cpu *c, const void *location);

/* cond.c */
int skbtrace_parse_cond(const struct skbtrace_event *ev, const char *key,
			const char *text, struct skbtrace_cond *cond);
bool skbtrace_cond_range(const struct skbtrace_event *ev,
			 struct skbtrace_cond *cond, u32 *low, u32 *span);
bool skbtrace_cond_true(const struct skbtrace_cond *cond, const void *block);
void skbtrace_print_cond(struct seq_file *m, const struct skbtrace_event *ev,
			 const struct skbtrace_cond *cond);

/* watch.c */
int skbtrace_parse_primary(struct skbtrace_spec *spec, char *text);
int skbtrace_parse_before(struct skbtrace_spec *spec, char *text);
int skbtrace_parse_after(struct skbtrace_spec *spec, char *text);
int skbtrace_finish_watch(struct skbtrace_spec *spec);
int skbtrace_check_watches(const struct skbtrace_run *run,
			   const struct skbtrace_spec *specs, unsigned int nr,
			   const struct skbtrace_event *const *off,
			   unsigned int nr_off);
void skbtrace_print_watch(struct seq_file *m, const struct skbtrace_watch *w);

/* hold.c */
int skbtrace_hold_make(struct skbtrace_run *run);
void skbtrace_hold_free(struct skbtrace_run *run);
int skbtrace_check_hold(u64 bytes);
u64 skbtrace_hold_bytes(void);
u64 skbtrace_hold_default(void);
bool skbtrace_fire(struct skbtrace_run *run, struct skbtrace_cpu *c);
bool skbtrace_hold_back(struct skbtrace_run *run, struct skbtrace_cpu *c);

/* write.c */
void skbtrace_decide(struct skbtrace_run *run, struct skbtrace_cpu *c);
void skbtrace_die(struct skbtrace_run *run, const char *why);
void skbtrace_set_contexts(struct skbtrace_run *run);
u32 skbtrace_save_stack(struct skbtrace_run *run, struct skbtrace_cpu *c,
			struct skbtrace_calls *calls, unsigned int skip);
void skbtrace_put_stack(struct skbtrace_run *run,
			const struct skbtrace_calls *calls,
			struct skbtrace_block *b);

/* state.c */
int skbtrace_states_make(struct skbtrace_run *run);

/* channel.c */
int skbtrace_channel_open(struct skbtrace_run *run, struct dentry *dir);
void skbtrace_channel_finish(struct skbtrace_run *run);
void skbtrace_channel_close(struct skbtrace_run *run);
unsigned long skbtrace_mem_cap(void);

/* source.c */
void skbtrace_source_find(struct skbtrace_hook *hook);
const char *skbtrace_missing(const struct skbtrace_event *ev);
bool skbtrace_hook_lacks(const struct skbtrace_hook *hook);
const struct skbtrace_hook *skbtrace_lacks(const struct skbtrace_event *ev);
u8 skbtrace_forms(const struct skbtrace_event *ev);
u8 skbtrace_forms_default(const struct skbtrace_event *ev);
enum skbtrace_avail skbtrace_avail(const struct skbtrace_event *ev);
int skbtrace_attach(struct skbtrace_run *run, const struct skbtrace_event *ev,
		    u8 forms);
void skbtrace_detach(struct skbtrace_run *run, const struct skbtrace_event *ev);

/* session.c */
extern struct dentry *skbtrace_dir;
struct skbtrace_run *skbtrace_current(void);
struct skbtrace_run *skbtrace_run_new(const struct skbtrace_config *config);
void skbtrace_run_put(struct skbtrace_run *run);
int skbtrace_enable(const struct skbtrace_spec *specs, unsigned int nr,
		    const struct skbtrace_event *const *off,
		    unsigned int nr_off);
int skbtrace_check_mem(u32 subbuf_size, u32 subbuf_nr);
void skbtrace_set_special(struct skbtrace_run *run);
void skbtrace_stop(struct skbtrace_run *run);
int skbtrace_take(void);
void skbtrace_release(void);
int skbtrace_session_init(void);
void skbtrace_session_exit(void);

/* spec.c */
int skbtrace_parse_spec(char *text, struct skbtrace_spec *spec);
int skbtrace_parse_contexts(char *text, u32 *mask);
void skbtrace_print_contexts(struct seq_file *m, u32 mask);
void skbtrace_print_opts(struct seq_file *m, const struct skbtrace_event *ev,
			 char sep);
void skbtrace_print_spec(struct seq_file *m, const struct skbtrace_run *run,
			 const struct skbtrace_event *ev);

/* format.c */
int skbtrace_format_show(struct seq_file *m, void *v);

/* pick.c */
u32 skbtrace_sk_mark(struct sock *sk);
bool skbtrace_picks_sk(const struct skbtrace_slot *slot, struct sock *sk);
bool skbtrace_picks_packet(const struct skbtrace_slot *slot,
			   const struct skbtrace_packet *p);

/* error.c */
#if IS_ENABLED(CONFIG_KUNIT)
extern char skbtrace_error[SKBTRACE_ERROR_MAX];
#endif
void skbtrace_err_file(const char *name);
void skbtrace_err_clear(void);
__printf(2, 3) int skbtrace_err(int err, const char *fmt, ...);
int skbtrace_error_show(struct seq_file *m, void *v);

/* ctl.c */
int skbtrace_ctl_init(void);
void skbtrace_ctl_exit(void);

#endif /* _NET_SKBTRACE_INTERNAL_H */
