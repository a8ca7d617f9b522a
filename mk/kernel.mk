# SPDX-License-Identifier: 0BSD
# kernel.mk - the example kernel, and the image it boots from.

KERNEL_LIB := string format

KOBJ := $(BUILD)/obj/kernel
KERNEL_SRC := $(sort $(wildcard kernel/*.c kernel/*.asm))
KERNEL_OBJ := $(addprefix $(KOBJ)/,$(addsuffix .o,$(basename $(KERNEL_SRC)))) \
	$(KERNEL_LIB:%=$(KOBJ)/lib/%.o)

# The last 2 GiB are where the link script puts it.
KERNEL_CFLAGS := -O2 $(CFLAGS) $(TARGET_CFLAGS) -mcmodel=kernel -Ikernel

$(eval $(call remember,kernel,$(CC) $(KERNEL_CFLAGS)))
$(eval $(call remember,kernel-objects,$(KERNEL_OBJ)))

$(KOBJ)/%.o: %.c $(BUILD)/flags/kernel $(BUILD)/flags/cc.options
	$(call begin,CC)
	$(Q)$(CC) $(KERNEL_CFLAGS) @$(BUILD)/flags/cc.options \
		-MMD -MP -MF $@.d -c -o $@ $<

$(KOBJ)/%.o: %.asm $(BUILD)/layout.inc $(BUILD)/flags/nasm
	$(call begin,NASM)
	$(Q)$(NASM) $(NASMFLAGS) -f elf64 -g -F dwarf -MD $@.d -MP -MT $@ -o $@ $<

$(BUILD)/kernel.ld: linker.ld $(BUILD)/flags/cc
	$(call begin,CPP)
	$(Q)$(link-script)

$(BUILD)/kernel.elf: $(BUILD)/kernel.ld $(KERNEL_OBJ) \
		$(BUILD)/flags/kernel-objects $(BUILD)/flags/ld.options
	$(call begin,LD,$@)
	$(Q)$(LD) $(LDFLAGS_TARGET) @$(BUILD)/flags/ld.options -T $< -o $@ \
		$(KERNEL_OBJ)

$(BUILD)/stagecoach.img: $(BUILD)/kernel.elf $(BUILD)/mkimage
	$(call begin,IMAGE,$@)
	$(Q)$(BUILD)/mkimage -o $@ $<

-include $(wildcard $(BUILD)/kernel.ld.d $(KERNEL_OBJ:=.d))
