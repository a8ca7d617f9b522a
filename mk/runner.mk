# SPDX-License-Identifier: 0BSD
# runner.mk - stagecoach-run, which boots a kernel and returns its verdict. It
# calls the mkimage beside it.

RUNNER_C := $(sort $(wildcard tools/run/*.c)) tools/fd_io.c
RUNNER_LIB := elf64 elf64_plan elf64_reserved elf64_symbols vspace wishes
RUNNER_OBJ := $(RUNNER_C:%.c=$(HOST)/%.o) $(RUNNER_LIB:%=$(HOST)/lib/%.o)

$(eval $(call remember,runner-objects,$(RUNNER_OBJ)))

$(BUILD)/stagecoach-run: $(RUNNER_OBJ) $(BUILD)/flags/runner-objects \
		$(BUILD)/mkimage
	$(call begin,LINK,$@)
	$(Q)$(HOSTCC) $(MKIMAGE_CFLAGS) $(MKIMAGE_LDFLAGS) -o $@ $(RUNNER_OBJ)

-include $(wildcard $(RUNNER_OBJ:=.d))

.PHONY: bench-runner
bench-runner: ## Time what stagecoach-run adds to QEMU's own time
bench-runner: $(BUILD)/stagecoach-run $(BUILD)/test/runner-hello.elf
	$(Q)$(PYTHON) test/bench/runner.py $(BUILD)/stagecoach-run \
		$(BUILD)/mkimage $(BUILD)/test/runner-hello.elf

$(BUILD)/test/runner-hello.elf: test/runner/hello.c
	$(call begin,CC,$@)
	$(Q)$(CC) -O2 -ffreestanding -fno-stack-protector -mno-red-zone \
		-nostdlib -static -o $@ $<
