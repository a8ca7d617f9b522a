# SPDX-License-Identifier: 0BSD
# deps.mk - installs the tools that the goals need.

# What each kind of goal needs; a goal that is not named here builds.
GOALS_RUN := run screenshot
GOALS_DEBUG := gdb bochs docs-trace
GOALS_TEST := test test-docs-long unit check-lib ticks bench-runner \
	bench-quick fuzz fuzz-keep fuzz-bios hostile-bochs disk-faults \
	mutation coverage hostile-ticks matrix soak
GOALS_BENCH := bench hostile-peers
GOALS_BOOK := book

OTHER_GOALS := $(filter-out deps,$(MAKECMDGOALS))

DEPS_SETS := build
ifneq ($(filter $(GOALS_RUN),$(OTHER_GOALS)),)
DEPS_SETS += run
endif
ifneq ($(filter $(GOALS_DEBUG),$(OTHER_GOALS)),)
DEPS_SETS += run debug
endif
ifneq ($(filter $(GOALS_TEST),$(OTHER_GOALS)),)
DEPS_SETS += run debug test book
endif
ifneq ($(filter $(GOALS_BENCH),$(OTHER_GOALS)),)
DEPS_SETS += run debug test bench
endif
ifneq ($(filter $(GOALS_BOOK),$(OTHER_GOALS)),)
DEPS_SETS += book
endif
ifneq ($(filter coverage,$(OTHER_GOALS)),)
DEPS_SETS += coverage
endif
ifeq ($(OTHER_GOALS),)
DEPS_SETS := build run debug test book
endif

.PHONY: deps deps-long
deps: ## Install what the other goals need; alone: all but the provers
deps:
	@sh tools/deps.sh $(DEPS_SETS)

deps-long: ## Install the provers and gcovr, too
deps-long:
	@sh tools/deps.sh build run debug test book coverage long

# `make -j deps run`: everything else waits for deps, and is then the business
# of one make of its own, which finds the tools there.
ifneq ($(and $(filter deps,$(MAKECMDGOALS)),$(OTHER_GOALS)),)
ONLY_DEPS := yes
.PHONY: $(OTHER_GOALS) after-deps
$(OTHER_GOALS): after-deps
	@:
after-deps: deps
	+@$(MAKE) --no-print-directory $(OTHER_GOALS)
endif
