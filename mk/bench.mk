# SPDX-License-Identifier: 0BSD
# bench.mk - how fast a boot is. docs/performance.md has the last results.

BENCH := PYTHONPYCACHEPREFIX='$(abspath $(BUILD))/pycache' NASM='$(NASM)' \
	QEMU='$(QEMU)' $(PYTHON)

## ROUNDS   how often `make bench` boots each disk in QEMU (7)
ROUNDS ?= 7

.PHONY: ticks bench bench-quick bench-doc
ticks: ## Count the instructions of a boot in Bochs, step by step
ticks: $(BUILD)/mkimage $(EX)/hello.elf
	$(Q)$(BUILD)/mkimage -o $(BUILD)/ticks.img $(EX)/hello.elf
	$(Q)$(BENCH) test/bench/ticks.py $(BUILD)/ticks.img \
		$(EX)/hello.elf $(BUILD)/stage2.elf

bench-quick: ## Count the instructions of three boots against their budget
bench-quick: $(BUILD)/mkimage
	$(Q)$(BENCH) test/bench/quick.py $<

# As stage2 has it: the decoder's own objects.
DECODE_OBJ := $(STAGE2)/lib/decompress.o $(STAGE2)/lib/string.o \
	$(HOST)/tools/pack.o $(HOST)/lib/checksum.o
$(BUILD)/bench/decode: test/bench/decode.c $(DECODE_OBJ)
	$(call begin,HOSTCC)
	$(Q)$(HOSTCC) -O2 $(HOST_CFLAGS) -Itools -no-pie -o $@ $< $(DECODE_OBJ) \
		-llz4

bench: ## Measure all loaders, ours and GRUB and syslinux: half an hour
bench: $(BUILD)/mkimage $(BUILD)/stage2.elf $(BUILD)/bench/decode
	$(Q)$(BENCH) test/bench/bench.py --rounds $(ROUNDS) $(BUILD) \
		bochs steps functions spans decode mkimage cpu qemu report
	@echo 'make bench: see $(BUILD)/bench/report.md'

bench-doc: ## Put what `make bench` found into docs/performance.md
bench-doc:
	$(Q)$(BENCH) test/bench/paste.py $(BUILD)/bench/report.md \
		docs/performance.md
