# SPDX-License-Identifier: 0BSD
# debug.mk - boots a kernel under a debugger.

GDB ?= gdb
OBJDUMP ?= $(CROSS)objdump

DEBUG_FILES := $(BUILD)/mkimage $(BUILD)/stage1.elf $(BUILD)/stage2.elf
DEBUG := PYTHONPYCACHEPREFIX='$(abspath $(BUILD))/pycache' GDB='$(GDB)' \
	NM='$(NM)' OBJDUMP='$(OBJDUMP)' $(PYTHON) tools/debug/debug.py

.PHONY: gdb bochs docs-trace
gdb: ## Boot KERNEL in QEMU, halted at its first byte, under GDB
gdb: $(DEBUG_FILES) $(KERNEL)
	$(Q)$(DEBUG) gdb $(BUILD) '$(KERNEL)'

bochs: ## Boot KERNEL in Bochs' debugger, stopping at each change of mode
bochs: $(DEBUG_FILES) $(KERNEL)
	$(Q)$(DEBUG) bochs $(BUILD) '$(KERNEL)'

docs-trace: ## Make the table in docs/debugging.md anew
docs-trace: $(DEBUG_FILES) $(BUILD)/kernel.elf
	$(Q)$(DEBUG) trace $(BUILD) $(BUILD)/kernel.elf docs/debugging.md
