# SPDX-License-Identifier: 0BSD
# Makefile - builds, runs and tests Stagecoach. `make help` lists what it does.
#
# Everything it makes lies under $(BUILD). The rules are in mk/, one file a
# product; this file has what they share: the tools and their options.

VERSION := 0.1.0

## BUILD    where everything goes (build)
BUILD ?= build
## CROSS    prefix of the tools that build for x86-64, e.g. x86_64-elf-
CROSS ?=

## CC       the compiler for what boots (gcc); CC=clang does, too
# Make has defaults of its own for these two.
ifeq ($(origin CC),default)
CC := $(CROSS)gcc
endif
ifeq ($(origin LD),default)
LD := $(CROSS)ld
endif
OBJCOPY ?= $(CROSS)objcopy
NM ?= $(CROSS)nm
NASM ?= nasm
## HOSTCC   the compiler for what runs here: mkimage, unit tests (cc)
# Clang compiles for every machine, so it does both.
HOSTCC ?= $(if $(findstring clang,$(notdir $(CC))),$(CC),cc)

.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules

ifneq ($(filter 3.% 4.0 4.0.% 4.1 4.1.%,$(MAKE_VERSION)),)
$(error Stagecoach needs GNU make 4.2 or newer, this is $(MAKE_VERSION))
endif
ifneq ($(words $(BUILD)),1)
$(error BUILD= must be one path without spaces)
endif
# `make clean` removes it.
no-spaces = $(subst $() ,?,$1)
ifneq ($(filter $(patsubst %/,%,$(call no-spaces,$(abspath $(BUILD))))/%,\
	$(call no-spaces,$(CURDIR)/)),)
$(error BUILD=$(BUILD) holds the sources: give it a folder of its own)
endif

## V        1: show the commands
ifeq ($(V),1)
Q :=
else
Q := @
endif

# The first line of a recipe: $(call begin,WORD[,WHAT]).
begin = @mkdir -p $(@D)$(if $(Q),; printf '  %-7s %s\n' '$1' '$(or $2,$<)')

# Tools are looked for when a recipe needs them, so that `make deps` works
# where there are none.
include mk/deps.mk
ifndef ONLY_DEPS

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes \
	-Wstrict-prototypes -Wpointer-arith -Wundef -Wwrite-strings -Wdate-time
## WERROR   1: warnings are errors
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif

# Debug information and __FILE__ name no folder of this machine, so the output
# is the same wherever it was built.
PATHS := -ffile-prefix-map='$(CURDIR)'=. -ffile-prefix-map=$(BUILD)=build

# What runs on the bare machine: no libc, no SSE, nothing below the stack
# pointer (an interrupt would overwrite it).
TARGET_CFLAGS := -std=c11 -ffreestanding -fno-pic -fno-pie -mno-red-zone \
	-mgeneral-regs-only -fno-stack-protector -fno-lto \
	-fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections \
	$(WARNINGS) $(PATHS) -Iinclude -Ilib -Ilib/freestanding
ifneq ($(findstring clang,$(notdir $(CC))),)
TARGET_CFLAGS += --target=x86_64-unknown-none-elf
endif

HOST_CFLAGS := -std=c11 $(WARNINGS) $(PATHS) -Iinclude -Ilib

## CFLAGS   more options for both compilers (-g)
# What has to be comes behind these and wins.
CFLAGS ?= -g

# $(call remember,NAME,TEXT,TOOLS): the file $(BUILD)/flags/NAME, which is as
# old as the last change of TEXT. What depends on it is made anew by another
# compiler or with other options. (Some makes keep the file's last newline,
# depending on its size: hence the strip.)
define remember
$(BUILD)/flags/$1: $(if $(call same,$(strip $(file <$(BUILD)/flags/$1)),$(strip \
		$2)),,FORCE)
	@mkdir -p $$(@D)
	@for tool in $3; do command -v $$$$tool >/dev/null || { \
		echo "$$$$tool: not found (make deps installs what is missing)"; \
		exit 1; } >&2; done
	@printf '%s\n' '$(subst ','\'',$2)' >$$@
endef
same = $(if $(subst x$1,,x$2)$(subst x$2,,x$1),,yes)

.PHONY: FORCE
FORCE:

include mk/stages.mk
include mk/mkimage.mk
include mk/runner.mk
include mk/kernel.mk
include mk/run.mk
include mk/debug.mk
include mk/book.mk
include mk/examples.mk
-include mk/test-kernels.mk
include mk/test-hostile.mk
include mk/test-disk.mk
include mk/matrix.mk
include mk/test.mk
include mk/proof.mk
include mk/fuzz.mk
include mk/coverage.mk
include mk/bench.mk
include mk/install.mk

.PHONY: all clean
all: ## Build everything (the default)
all: $(BUILD)/mkimage $(BUILD)/stage1.bin $(BUILD)/stage2.bin
all: $(BUILD)/kernel.elf $(BUILD)/stagecoach.img $(BUILD)/stagecoach-run

clean: ## Remove $(BUILD)
clean:
	$(Q)rm -rf $(BUILD)

endif

.PHONY: help
help: ## Show this list
help:
	@printf 'Targets:\n'
	@sed -n 's/^\([a-z-]*\): ## \(.*\)/\1|\2/p' Makefile mk/*.mk | \
		sort -t '|' -k 1,1 | awk -F '|' '{ printf "  %-12s %s\n", $$1, $$2 }'
	@printf '\nVariables (make VARIABLE=value):\n'
	@sed -n 's/^## \([A-Z]*\)  *\(.*\)/\1|\2/p' Makefile mk/*.mk | \
		awk -F '|' '{ printf "  %-12s %s\n", $$1, $$2 }'
