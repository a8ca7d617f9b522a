# SPDX-License-Identifier: 0BSD
# examples.mk - the small kernels below examples/, as $(BUILD)/examples/*.elf.
#
# Their READMEs build them with a command or two each, which the tests run.

EX := $(BUILD)/examples
EXO := $(BUILD)/obj/examples
EXAMPLES := hello cmdline module panic higher-half pie framebuffer \
	no-loader-knowledge \
	blink-busy blink-interrupt rust-hello cpp-hello
EXAMPLE_KERNELS := $(EXAMPLES:%=$(EX)/%.elf)
RAMDISK := $(EX)/ramdisk.tar

FOREIGN_GCC ?= gcc
FOREIGN_CXX ?= g++
# The distribution's compiler, not one that a user has put before it.
RUSTC ?= $(firstword $(wildcard /usr/bin/rustc) rustc)
RUST_FLAGS := --edition 2021 -O -D warnings -C panic=abort \
	-C link-arg=-nostartfiles -C link-arg=-nostdlib

EXAMPLE_CFLAGS := -O1 -g $(CFLAGS) $(TARGET_CFLAGS)
EXAMPLE_C := $(filter-out %/hello.c,$(wildcard examples/*/*.c))
EXAMPLE_OBJ := $(EXAMPLE_C:%.c=$(EXO)/%.o)

$(eval $(call remember,examples,$(CC) $(EXAMPLE_CFLAGS)))

# Where a kernel goes decides how its code may speak of addresses.
$(EXO)/examples/pie/%.o: MODEL := -fpie
$(EXO)/examples/higher-half/%.o: MODEL := -mcmodel=kernel

$(EXO)/%.o: %.c $(BUILD)/flags/examples $(BUILD)/flags/cc.options
	$(call begin,CC)
	$(Q)$(CC) $(EXAMPLE_CFLAGS) @$(BUILD)/flags/cc.options $(MODEL) \
		-MMD -MP -MF $@.d -c -o $@ $<

$(EXO)/%.o: %.asm $(BUILD)/flags/nasm
	$(call begin,NASM)
	$(Q)$(NASM) $(NASMFLAGS) -f elf64 -MD $@.d -MP -MT $@ -o $@ $<

# $(call example,NAME,OBJECTS,OPTIONS): what is linked, and how.
define example
$(EX)/$1.elf: $(2:%=$(EXO)/examples/%.o) $(BUILD)/flags/ld.options
	$$(call begin,LD,$$@)
	$$(Q)$$(LD) -nostdlib --build-id=none -z noexecstack \
		-z max-page-size=0x1000 @$(BUILD)/flags/ld.options $3 -o $$@ \
		$(2:%=$(EXO)/examples/%.o)
endef
$(eval $(call example,cmdline,cmdline/cmdline,-static))
$(eval $(call example,module,module/module,-static))
$(eval $(call example,panic,panic/panic,-static))
$(eval $(call example,framebuffer,framebuffer/framebuffer,-static))
$(eval $(call example,pie,pie/pie,-pie --no-dynamic-linker -z text))
$(eval $(call example,higher-half,higher-half/kernel,-static \
	-T examples/higher-half/kernel.ld))
$(EX)/higher-half.elf: examples/higher-half/kernel.ld
$(eval $(call example,no-loader-knowledge,no-loader-knowledge/kernel,-static \
	-e kernel_main -Ttext-segment=0x100000))
BLINK := blink/blink blink/keyboard
$(eval $(call example,blink-busy,blink/busy $(BLINK),-static))
$(eval $(call example,blink-interrupt,blink/interrupt $(BLINK),-static))

# As its README says, to the letter: `make ticks` counts what that costs.
$(EX)/hello.elf: examples/hello/hello.c
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_GCC) -ffreestanding -fno-stack-protector -mno-red-zone \
		-nostdlib -static -o $@ $<

# Likewise; a warning is one of boot_info.h, too.
$(EX)/cpp-hello.elf: examples/cpp-hello/main.cc examples/out.h \
		include/boot_info.h
	$(call begin,CXX,$@)
	$(Q)$(FOREIGN_CXX) -std=c++20 -O1 -Wall -Wextra -Werror -Iinclude \
		-ffreestanding -fno-exceptions -fno-rtti \
		-fno-stack-protector -mno-red-zone -mgeneral-regs-only \
		-nostdlib -static -o $@ $<

$(EX)/rust-hello.elf: $(wildcard examples/rust-hello/src/*.rs) \
		include/boot_info.rs
	$(call begin,RUSTC,$@)
	$(Q)$(RUSTC) $(RUST_FLAGS) -o $@ examples/rust-hello/src/main.rs

$(RAMDISK): $(wildcard examples/module/files/*)
	$(call begin,TAR,$@)
	$(Q)tar --format=ustar -cf $@ -C examples/module/files $(notdir $^)

.PHONY: examples
examples: ## Build the kernels of examples/
examples: $(EXAMPLE_KERNELS) $(RAMDISK)

-include $(wildcard $(EXAMPLE_OBJ:=.d))
