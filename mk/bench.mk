# SPDX-License-Identifier: 0BSD
# bench.mk - how fast a boot is. docs/performance.md has the last results.

BENCH := PYTHONPYCACHEPREFIX='$(abspath $(BUILD))/pycache' NASM='$(NASM)' \
	QEMU='$(QEMU)' $(PYTHON)

## ROUNDS   how often `make bench` boots each disk in QEMU
ROUNDS ?= 7

.PHONY: ticks bench bench-quick
ticks: ## Count the instructions of a boot in Bochs, step by step
ticks: $(BUILD)/mkimage $(EX)/hello.elf
	$(Q)$(BUILD)/mkimage -o $(BUILD)/ticks.img $(EX)/hello.elf
	$(Q)$(BENCH) test/bench/ticks.py $(BUILD)/ticks.img \
		$(EX)/hello.elf $(BUILD)/stage2.elf

bench-quick: ## Count the instructions of three boots against their budget
bench-quick: $(BUILD)/mkimage
	$(Q)$(BENCH) test/bench/quick.py $<

bench: ## Measure all loaders, ours and GRUB and syslinux: half an hour
bench: $(BUILD)/mkimage $(BUILD)/stage2.elf
	$(Q)$(BENCH) test/bench/bench.py --rounds $(ROUNDS) $(BUILD) \
		bochs qemu steps report
	@echo 'make bench: see $(BUILD)/bench/report.md'
