// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of conditions: parsing, errors, evaluation; events that do not
 * agree.
 */
#include <kunit/test.h>
#include <linux/seq_file.h>
#include "../cond.h"
#include "../ctl/cond.h"
#include "../error.h"

#define KUNIT_COND_FIELDS(F, S)						\
	F(S, u8, state, "enum:kunit_cond", "brief", "words")		\
	F(S, u8, small, "segs", "-", "u8")				\
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u32, rtt_us, "us", "brief,na", "time, may be unknown")	\
	F(S, u64, wait_ns, "ns", "brief", "time")			\
	F(S, u64, len, "bytes", "brief", "size")			\
	F(S, u64, rate_Bps, "Bps", "inf", "rate")			\
	F(S, s32, cpu, "-", "na", "signed")				\
	F(S, u32, seq, "sseq", "-", "not comparable")			\
	F(S, s64, big, "-", "-", "signed")				\
	F(S, addr, peer, "-", "tuple", "not comparable")
SKBTRACE_BLOCK(kunit_cond, KUNIT_COND_FIELDS);

static const struct skbtrace_sym cond_words[] = {
	{ 1, "open" }, { 3, "loss" }, { 3, "Loss", true },
};

static const struct skbtrace_syms cond_syms[] = {
	SKBTRACE_SYMS("kunit_cond", cond_words),
};

static struct skbtrace_proto cond_proto = {
	.name = "kunit_cond", .syms = cond_syms, .nr_syms = 1,
};

static struct skbtrace_event ev_kunit_cond = {
	SKBTRACE_EVENT(kunit_cond),
	.kind	= SKBTRACE_CONN,
	.proto	= &cond_proto,
};

static const struct kunit_cond_block cond_block = {
	.state = 3, .small = 200, .rtt_us = 50000, .wait_ns = 1500000,
	.len = 65536, .rate_Bps = 1250000, .cpu = -2, .big = -5,
};

static int cond_parse(const char *text, struct skbtrace_cond *cond)
{
	int err;

	mutex_lock(&skbtrace_lock);
	skbtrace_err_clear();
	err = skbtrace_parse_cond(&ev_kunit_cond, "when", text, cond);
	mutex_unlock(&skbtrace_lock);
	return err;
}

static const struct {
	const char *text;
	bool agrees;
} cond_good[] = {
	{ "rtt>49ms", true },		{ "rtt>50ms", false },
	{ "rtt>=50ms", true },		{ "rtt_us==50000", true },
	{ "rtt<0.05s", false },		{ "rtt<=0.05s", true },
	{ "rtt<50.001ms", true },	{ "rtt!=50000us", false },
	{ "rtt=50ms", true },		{ "rtt.ge.50ms", true },
	{ "rtt.lt.50ms", false },	{ "rtt.eq.50ms", true },
	{ "rtt>50000000ns", false },	{ "rtt>0x1", true },
	{ "wait>1ms", true },		{ "wait>1.5ms", false },
	{ "wait>=1.5ms", true },	{ "wait_ns<1501us", true },
	{ "len==64k", true },		{ "len<1M", true },
	{ "len>=0G", true },		{ "rate==10Mbit", true },
	{ "rate>10Mbit/s", false },	{ "rate<0.01Gbit/s", false },
	{ "rate>1249999", true },	{ "small==200", true },
	{ "small>255", false },		{ "cpu<0", true },
	{ "cpu==-2", true },		{ "cpu>-3", true },
	{ "cpu>=0", false },		{ "big<-4", true },
	{ "big>-6", true },		{ "big>5", false },
	{ "state==loss", true },	{ "state!=loss", false },
	{ "state==Loss", true },	{ "state==open", false },
	{ "state==3", true },
	/* && binds tighter than || */
	{ "state==open&&rtt>1s||len==64k", true },
	{ "len==64k||state==open&&rtt>1s", true },
	{ "state==open||rtt>1s&&len==64k", false },
	{ "state==loss&&rtt>1ms&&len==64k", true },
	{ "state==loss&&rtt>1s", false },
	{ "rtt>1s||rtt>2s||rtt>3s||rtt>4s||rtt>5s||rtt>6s||rtt>7s||cpu<0",
	  true },
};

static void cond_agrees(struct kunit *test)
{
	struct skbtrace_cond cond;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cond_good); i++) {
		KUNIT_EXPECT_EQ_MSG(test, cond_parse(cond_good[i].text, &cond),
				    0, "%s: %s", cond_good[i].text,
				    skbtrace_error->text);
		KUNIT_EXPECT_EQ_MSG(test,
				    skbtrace_cond_true(&cond, &cond_block),
				    cond_good[i].agrees, "%s",
				    cond_good[i].text);
	}
}

/* The output can be parsed, and gives the same output again. */
static void cond_print(struct kunit *test)
{
	char *text = kunit_kzalloc(test, 2 * PAGE_SIZE, GFP_KERNEL);
	struct seq_file m = { .buf = text, .size = PAGE_SIZE };
	struct seq_file n = { .buf = text + PAGE_SIZE, .size = PAGE_SIZE };
	struct skbtrace_cond cond, again;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < ARRAY_SIZE(cond_good); i++) {
		cond_parse(cond_good[i].text, &cond);
		m.count = 0;
		n.count = 0;
		skbtrace_print_cond(&m, &ev_kunit_cond, &cond);
		m.buf[m.count] = 0;
		KUNIT_EXPECT_EQ_MSG(test, cond_parse(m.buf, &again), 0,
				    "%s: %s", m.buf, skbtrace_error->text);
		KUNIT_EXPECT_EQ(test, skbtrace_cond_true(&again, &cond_block),
				cond_good[i].agrees);
		skbtrace_print_cond(&n, &ev_kunit_cond, &again);
		n.buf[n.count] = 0;
		KUNIT_EXPECT_STREQ(test, m.buf, n.buf);
	}
}

static void cond_not_valid(struct kunit *test)
{
	static const char *const texts[] = {
		"rtt>0", "rtt<1s", "rtt!=5", "rtt==4294967295", "cpu==-1",
		"cpu<0", "cpu!=7",
	};
	struct kunit_cond_block b = cond_block;
	struct skbtrace_cond cond;
	unsigned int i;

	b.rtt_us = U32_MAX;
	b.cpu = -1;
	b.rate_Bps = U64_MAX;	/* infinite: a value */
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		KUNIT_EXPECT_EQ(test, cond_parse(texts[i], &cond), 0);
		KUNIT_EXPECT_FALSE_MSG(test, skbtrace_cond_true(&cond, &b),
				       "%s", texts[i]);
	}
	KUNIT_EXPECT_EQ(test, cond_parse("rate>100Gbit", &cond), 0);
	KUNIT_EXPECT_TRUE(test, skbtrace_cond_true(&cond, &b));
}

static const struct {
	const char *text, *why;
} cond_bad[] = {
	{ "rtt", "no operator after rtt_us; did the shell take the >?" },
	{ "rtt50ms", "no field \"rtt50ms\"" },
	{ "", "no field \"\" to compare; there are state small rtt_us" },
	{ ">5", "no field \"\"" },
	{ "nope>5", "no field \"nope\" to compare; there are state" },
	{ "peer==1", "no field \"peer\"" },
	{ "seq>5", "no field \"seq\"" },
	{ "spare==0", "no field \"spare\"" },
	{ "rt>5ms", "no field \"rt\"" },
	{ "rtt>", "\"\" is no number for rtt_us" },
	{ "rtt>5m",
	  "\"5m\" is no number for rtt_us (u32 type); units: s ms us ns" },
	{ "rtt>5k", "units: s ms us ns" },
	{ "rtt>loss", "is no number" },
	{ "rtt>-1", "is no number" },
	{ "rtt>4295s", "is no number" },	/* more than 32 bits */
	{ "rtt>1.2.3ms", "is no number" },
	{ "rtt>1.ms", "is no number" },
	{ "rtt>.5ms", "is no number" },
	{ "rtt>0.0005ms", "is no number" },	/* half of a unit */
	{ "rtt>0x", "is no number" },
	{ "rtt>0x100000000", "is no number" },
	{ "rtt>0xg", "is no number" },
	{ "rtt>99999999999999999999", "is no number" },
	{ "rtt>18446744073709551616s", "is no number" },
	{ "small>256", "is no number for small (u8 type)" },
	{ "cpu>2147483648", "is no number" },
	{ "len>1T", "units: k K M G" },
	{ "rate>5ms", "units: kbit Mbit Gbit bit" },
	{ "state>loss", "have no order" },
	{ "state==lost",
	  "\"lost\" is no state; \"format\" lists them under syms kunit_cond" },
	{ "state==", "\"\" is no state" },
	{ "rtt>5ms&", "&& or || joins" },
	{ "rtt>5ms&cpu>1", "&& or || joins" },
	{ "rtt>5ms&&", "no field \"\"" },
	{ "rtt>5ms|||cpu>1", "no field \"\"" },
	{ "rtt>5ms)", "is no number" },
	{ "rtt=>5ms", "is no number" },
	{ "rtt>1||rtt>1||rtt>1||rtt>1||rtt>1||rtt>1||rtt>1||rtt>1||rtt>1",
	  "more than 8 comparisons" },
};

static void cond_refused(struct kunit *test)
{
	struct skbtrace_cond cond;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cond_bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test, cond_parse(cond_bad[i].text, &cond),
				    -EINVAL, "%s", cond_bad[i].text);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(skbtrace_error->text,
						       cond_bad[i].why),
					  "%s: %s", cond_bad[i].text,
					  skbtrace_error->text);
	}
}

/* Random bytes; if they parse, the output must parse again. */
static void cond_fuzz(struct kunit *test)
{
	static const char alphabet[] =
		"rttstatelencpubigwait_us0123456789.<>=!&|-xkMGbitms eqlo:/";
	u32 seed = 12345, i, j, n, good = 0;
	struct skbtrace_cond cond;
	char text[40];

	for (i = 0; i < 20000; i++) {
		memset(text, 'x', sizeof(text));
		n = next_pseudo_random32(seed) % (sizeof(text) - 1);
		for (j = 0; j < n; j++) {
			seed = next_pseudo_random32(seed);
			text[j] = alphabet[(seed >> 16) %
					   (sizeof(alphabet) - 1)];
		}
		/* half of them begin well */
		if (i & 1)
			memcpy(text, i & 2 ? "rtt>" : "cpu<-", 4);
		text[max(n, 5U)] = 0;
		if (cond_parse(text, &cond))
			continue;
		good++;
		skbtrace_cond_true(&cond, &cond_block);
	}
	KUNIT_EXPECT_GT(test, good, 0U);
}

static struct kunit_case cond_cases[] = {
	KUNIT_CASE(cond_agrees),
	KUNIT_CASE(cond_print),
	KUNIT_CASE(cond_not_valid),
	KUNIT_CASE(cond_refused),
	KUNIT_CASE(cond_fuzz),
	{}
};

static struct kunit_suite cond_suite = {
	.name		= "skbtrace_cond",
	.test_cases	= cond_cases,
};

kunit_test_suite(cond_suite);
