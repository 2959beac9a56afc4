// SPDX-License-Identifier: GPL-2.0
/*
 * The files packets.cpuN: a stream of pcapng blocks. splice() hands over the
 * pages themselves, whole packets only; read() copies. One reader at a time.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pipe_fs_i.h>
#include <linux/poll.h>
#include <linux/splice.h>
#include <linux/uaccess.h>
#include "cpu_file.h"
#include "packets.h"
#include "read.h"
#include "run.h"

#define SKBTRACE_PACKETS_TICK_MS	100
/* buffers of one call: a packet at least */
#define SKBTRACE_SPLICE_MAX	(SKBTRACE_PACKET_PIECES > 32 ? \
				 SKBTRACE_PACKET_PIECES : 32)

/*
 * Is it worth the reader's while? A call for each few packets takes more than
 * these do: a chunk is full, or there are many pieces, or the oldest one has
 * waited. A reader that is awake goes on until few are left.
 */
static bool skbtrace_packets_enough(struct skbtrace_packets *p)
{
	u32 many = READ_ONCE(p->awake) ? SKBTRACE_CALL_PIECES :
					 SKBTRACE_WAKE_PIECES;
	unsigned long unread = skbtrace_packets_unread(p);
	const struct skbtrace_piece *first, *last;

	if (!unread || unread >= many)
		return unread;
	first = skbtrace_piece_at(p, p->tail);
	last = skbtrace_piece_at(p, p->tail + unread - 1);
	/* another thread of the reader may be reading: then it asks again */
	return data_race(first->page != last->page ||
			 (u32)jiffies - first->when >=
			 msecs_to_jiffies(SKBTRACE_PACKETS_TICK_MS / 2));
}

static bool skbtrace_packets_ready(struct skbtrace_packets *p)
{
	bool enough = skbtrace_packets_enough(p);

	WRITE_ONCE(p->awake, enough);
	return enough;
}

/* The same, and if it is not, the reader will be woken. */
static bool skbtrace_packets_ask(struct skbtrace_packets *p)
{
	if (skbtrace_packets_ready(p))
		return true;
	WRITE_ONCE(p->waiting, true);
	return skbtrace_packets_ready(p);
}

/* Has the oldest packet been read in part? */
static bool skbtrace_packets_torn(struct skbtrace_packets *p)
{
	return p->piece_off || p->inside;
}

static void skbtrace_packets_give_up(struct skbtrace_packets *p)
{
	u32 limit = msecs_to_jiffies(SKBTRACE_STALE_MS);

	while (skbtrace_packets_unread(p) && !skbtrace_packets_torn(p) &&
	       (u32)jiffies - skbtrace_piece_at(p, p->tail)->when > limit) {
		skbtrace_packets_drop(p);
		p->lost[SKBTRACE_LOST_STALE]++;
	}
}

/* Wakes a reader that too few packets have not woken; gives up stale ones. */
void skbtrace_packets_tick(struct work_struct *work)
{
	struct skbtrace_packets *p;

	p = container_of(to_delayed_work(work), struct skbtrace_packets, tick);
	if (mutex_trylock(&p->lock)) {
		skbtrace_packets_give_up(p);
		mutex_unlock(&p->lock);
	}
	if (skbtrace_packets_unread(p))
		wake_up_interruptible(&p->wait);
	if (!skbtrace_finished(p->run))
		queue_delayed_work(system_wq, &p->tick,
				   msecs_to_jiffies(SKBTRACE_PACKETS_TICK_MS));
}

/* Return: 0; -EAGAIN: there are none yet; -EBUSY: there is a reader */
static int skbtrace_packets_take(struct skbtrace_packets *p)
{
	if (!p)
		return -EAGAIN;
	if (test_and_set_bit(0, &p->reader))
		return -EBUSY;
	kref_get(&p->run->ref);
	return 0;
}

static int skbtrace_packets_open(struct inode *inode, struct file *file)
{
	struct skbtrace_packets *p;
	int err;

	/* what PF_PACKET asks for, and what packets of others ask for */
	if (!capable(CAP_NET_RAW) || !capable(CAP_NET_ADMIN))
		return -EPERM;
	spin_lock(&skbtrace_cpu_file_lock);
	p = skbtrace_cpu_file_what(inode);
	err = skbtrace_packets_take(p);
	spin_unlock(&skbtrace_cpu_file_lock);
	if (err)
		return err;
	file->private_data = p;
	mutex_lock(&p->lock);
	if (skbtrace_packets_unread(p) && skbtrace_packets_torn(p)) {
		skbtrace_packets_drop(p);
		p->lost[SKBTRACE_LOST_TORN]++;
	}
	mutex_unlock(&p->lock);
	return stream_open(inode, file);
}

static int skbtrace_packets_release(struct inode *inode, struct file *file)
{
	struct skbtrace_packets *p = file->private_data;
	struct skbtrace_run *run = p->run;

	clear_bit(0, &p->reader);
	skbtrace_run_put(run);
	return 0;
}

/* Tell of the packets from @tail to @end what has become of them. */
static void skbtrace_packets_look_all(struct skbtrace_packets *p,
				      unsigned long to)
{
	unsigned long end = p->tail + skbtrace_packets_unread(p), i = p->tail;

	/* of one that has been read in part it has been told */
	if (skbtrace_packets_torn(p))
		while (!skbtrace_piece_at(p, i++)->last)
			;
	while ((long)(to - i) > 0)
		i = skbtrace_packets_look(p, i, end);
}

/* Context: @p->lock. Return: bytes or -EFAULT */
static ssize_t skbtrace_packets_copy(struct skbtrace_packets *p,
				     char __user *to, size_t count)
{
	struct skbtrace_piece *piece;
	size_t n, done = 0;
	const u8 *from;

	while (done < count && skbtrace_packets_unread(p)) {
		piece = skbtrace_piece_at(p, p->tail);
		if (!skbtrace_packets_torn(p))
			skbtrace_packets_look_all(p, p->tail + 1);
		n = min_t(size_t, count - done, piece->len - p->piece_off);
		from = (const u8 *)page_address(piece->page) + piece->off;
		if (copy_to_user(to + done, from + p->piece_off, n))
			return done ?: -EFAULT;
		done += n;
		p->piece_off += n;
		if (p->piece_off == piece->len)
			skbtrace_packets_consume(p, p->tail + 1);
	}
	return done;
}

static ssize_t skbtrace_packets_read(struct file *file, char __user *to,
				     size_t count, loff_t *ppos)
{
	struct skbtrace_packets *p = file->private_data;
	bool finished;
	ssize_t done;
	int err;

	for (;;) {
		if (mutex_lock_interruptible(&p->lock))
			return -ERESTARTSYS;
		finished = skbtrace_finished(p->run);
		done = skbtrace_packets_copy(p, to, count);
		mutex_unlock(&p->lock);
		if (done || finished || !count)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(p->wait,
					       skbtrace_packets_ask(p) ||
					       skbtrace_finished(p->run));
		if (err)
			return err;
	}
}

/**
 * struct skbtrace_gather - whole packets for a pipe
 * @page: of each buffer
 * @part: where in @page
 * @nr: buffers
 * @refers: there is one that was not copied
 * @end: the piece after the last whole packet
 * @len: bytes
 */
struct skbtrace_gather {
	struct page		*page[SKBTRACE_SPLICE_MAX];
	struct partial_page	part[SKBTRACE_SPLICE_MAX];
	unsigned int		nr;
	bool			refers;
	unsigned long		end;
	size_t			len;
};

/* Does a piece follow the last buffer without a gap? */
static bool skbtrace_gather_joins(const struct skbtrace_gather *g,
				  unsigned int nr, struct page *page, u32 off)
{
	return nr && g->page[nr - 1] == page &&
	       g->part[nr - 1].offset + g->part[nr - 1].len == off;
}

/*
 * As many packets as @slots buffers and @len bytes can hold. Context: @p->lock
 */
static void skbtrace_packets_gather(struct skbtrace_packets *p,
				    struct skbtrace_gather *g,
				    unsigned int slots, size_t len)
{
	unsigned long end = p->tail + skbtrace_packets_unread(p), i;
	unsigned int nr = 0, last_len = 0;
	struct skbtrace_piece *piece;
	size_t bytes = 0;
	u32 skip = p->piece_off, off, n;

	g->nr = 0;
	g->refers = false;
	g->len = 0;
	for (i = p->tail; i != end; i++, skip = 0) {
		piece = skbtrace_piece_at(p, i);
		off = piece->off + skip;
		n = piece->len - skip;
		if (bytes + n > len)
			break;
		if (skbtrace_gather_joins(g, nr, piece->page, off)) {
			g->part[nr - 1].len += n;
		} else if (nr < slots) {
			g->page[nr] = piece->page;
			g->part[nr].offset = off;
			g->part[nr].len = n;
			g->part[nr].private = 0;
			nr++;
		} else {
			break;
		}
		g->refers |= piece->kept;
		bytes += n;
		if (!piece->last)
			continue;
		g->nr = nr;
		g->end = i + 1;
		g->len = bytes;
		last_len = g->part[nr - 1].len;
	}
	if (g->nr)
		g->part[g->nr - 1].len = last_len;
}

static void skbtrace_packets_unsplice(struct splice_pipe_desc *spd,
				      unsigned int i)
{
	put_page(spd->pages[i]);
}

/*
 * Context: @p->lock, the pipe locked. Return: bytes; -EAGAIN: nothing there;
 * -EMSGSIZE: the next packet does not fit in the pipe, or in @len
 */
static ssize_t skbtrace_packets_hand_over(struct skbtrace_packets *p,
					  struct pipe_inode_info *pipe,
					  unsigned int slots, size_t len)
{
	struct skbtrace_gather g __uninitialized;
	struct splice_pipe_desc spd = {
		.pages		= g.page,
		.partial	= g.part,
		.nr_pages_max	= SKBTRACE_SPLICE_MAX,
		.ops		= &nosteal_pipe_buf_ops,
		.spd_release	= skbtrace_packets_unsplice,
	};
	unsigned int i;
	ssize_t done;

	skbtrace_packets_gather(p, &g, slots, len);
	if (!g.nr)
		return skbtrace_packets_unread(p) ? -EMSGSIZE : -EAGAIN;
	/* nobody else can change a copy */
	if (g.refers)
		skbtrace_packets_look_all(p, g.end);
	spd.nr_pages = g.nr;
	for (i = 0; i < g.nr; i++)
		get_page(g.page[i]);
	done = splice_to_pipe(pipe, &spd);
	/* all or nothing: there are as many slots as pages */
	if (done > 0)
		skbtrace_packets_consume(p, g.end);
	return done;
}

/*
 * It never waits, as the pipe is locked, and who has it might be the one to
 * make space: poll() does.
 */
static ssize_t skbtrace_packets_splice(struct file *file, loff_t *ppos,
				       struct pipe_inode_info *pipe, size_t len,
				       unsigned int flags)
{
	struct skbtrace_packets *p = file->private_data;
	unsigned int slots;
	bool finished;
	ssize_t done;

	slots = pipe->max_usage - pipe_occupancy(pipe->head, pipe->tail);
	slots = min_t(unsigned int, slots, SKBTRACE_SPLICE_MAX);
	if (mutex_lock_interruptible(&p->lock))
		return -ERESTARTSYS;
	finished = skbtrace_finished(p->run);
	done = skbtrace_packets_hand_over(p, pipe, slots, len);
	mutex_unlock(&p->lock);
	return done == -EAGAIN && finished ? 0 : done;
}

static __poll_t skbtrace_packets_poll(struct file *file, poll_table *wait)
{
	struct skbtrace_packets *p = file->private_data;
	bool finished;

	poll_wait(file, &p->wait, wait);
	finished = skbtrace_finished(p->run);
	if (skbtrace_packets_ask(p))
		return EPOLLIN | EPOLLRDNORM;
	return finished ? EPOLLIN | EPOLLRDNORM | EPOLLHUP : 0;
}

const struct file_operations skbtrace_packets_fops = {
	.owner		= THIS_MODULE,
	.open		= skbtrace_packets_open,
	.read		= skbtrace_packets_read,
	.splice_read	= skbtrace_packets_splice,
	.poll		= skbtrace_packets_poll,
	.release	= skbtrace_packets_release,
};
