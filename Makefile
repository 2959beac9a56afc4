# SPDX-License-Identifier: GPL-2.0
# One command for each thing one may want to do here; "make" lists them.
# The kernels are built in ~/.cache/skbtrace (SKBTRACE_CACHE), never here.

SHELL := /bin/bash
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: ## five connections in a VM, one in trouble: why? (STOCK=1: no kernel build)
	@scripts/demo.sh $(if $(STOCK),--stock)

causes: ## five slow connections in a VM, each for another reason: the lines that tell it
	@scripts/causes-walk.sh

check: ## everything that must pass before a commit
	@scripts/check.sh

shell: kernel tools ## a root shell in a VM whose kernel has skbtrace
	@scripts/vm.sh -i

deps: ## install the Debian packages that all of this needs
	@scripts/deps.sh all

kernel: ## a small kernel with skbtrace as modules
	@scripts/kernel.sh plain >/dev/null

kernel-debug: ## the same with KASAN, lockdep and other checkers
	@scripts/kernel.sh debug >/dev/null

modules: kernel ## skbtrace's modules alone, out of tree (KDIR=: for that kernel)
	@scripts/modules.sh $(KDIR)

deb: ## Debian packages: the program, and its modules for DKMS, in deb/
	@scripts/deb.sh

tools: ## the userland program, in tools/skbtrace
	@$(MAKE) --no-print-directory -C tools/skbtrace

kunit: ## unit tests, in user mode Linux
	@scripts/kunit.sh

selftest: kernel tools ## kernel selftests in a VM (TESTS="tcp.sh ..." for some)
	@scripts/selftest.sh $(TESTS)

selftest-debug: kernel-debug tools ## the same on the debug kernel
	@scripts/selftest.sh -k debug $(TESTS)

matrix: kernel tools ## verdicts against scenarios, 20 times in virtual time, once in QEMU
	@scripts/matrix.sh -n $(or $(N),20)
	@scripts/matrix.sh -n 1 -k plain

lint: ## style, static checkers, sizes
	@scripts/lint.sh

series: ## patches to be sent to netdev, in series/VERSION, signed by you
	@scripts/series.sh

bench: kernel tools ## what an event costs, beside the other tracers
	@scripts/bench.sh

missed: kernel tools ## which packets sniffers miss, by size and rate: a figure, in half an hour
	@scripts/missed.sh

nightly: ## all tests there are, longer fuzzing and stress, costs
	@scripts/check.sh -n
	@$(MAKE) --no-print-directory bench
	@$(MAKE) --no-print-directory -C tools/skbtrace fuzz SECONDS=600
	@FILTER_DIFF_N=5000 scripts/selftest.sh filter_diff.sh conn_filter_diff.sh
	@SWAP_SECONDS=120 scripts/selftest.sh -k debug filter_swap.sh
	@scripts/series.sh --build

clean: ## remove what was compiled in this tree
	@[ ! -f tools/skbtrace/Makefile ] || $(MAKE) --no-print-directory -C tools/skbtrace clean
	@rm -rf deb series

distclean: clean ## remove the kernels and packages in the cache, too
	@scripts/kernel.sh --remove-all

.PHONY: help demo causes check shell deps kernel kernel-debug modules deb tools kunit \
	selftest selftest-debug matrix lint series bench missed nightly clean distclean
