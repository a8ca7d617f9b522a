# SPDX-License-Identifier: 0BSD
# test-hostile.mk - the hostile BIOS, a floppy that starts before the disk.

HOSTILE := test/hostile

$(BUILD)/test/hostile.bin: $(HOSTILE)/shim.asm $(BUILD)/flags/nasm
	$(call begin,NASM)
	$(Q)$(NASM) $(NASMFLAGS) -I$(HOSTILE)/ -f bin -MD $@.d -MP -MT $@ \
		-o $@ $<

test: $(BUILD)/test/hostile.bin

-include $(wildcard $(BUILD)/test/hostile.bin.d)
