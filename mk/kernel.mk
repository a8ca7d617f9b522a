# SPDX-License-Identifier: 0BSD
# kernel.mk - the example kernel, and the image it boots from.

KERNEL_LIB := string format cp437 elf64_symbols glyph

KOBJ := $(BUILD)/obj/kernel
KERNEL_SRC := $(sort $(wildcard kernel/*.c kernel/*.asm))
KERNEL_OBJ := $(addprefix $(KOBJ)/,$(addsuffix .o,$(basename $(KERNEL_SRC)))) \
	$(KERNEL_LIB:%=$(KOBJ)/lib/%.o)

# The last 2 GiB are where the link script puts it.
# Frame pointers, even where nothing is called: backtraces follow them.
KERNEL_CFLAGS := -O2 $(CFLAGS) $(TARGET_CFLAGS) -mcmodel=kernel -Ikernel \
	-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer \
	-fno-optimize-sibling-calls

$(eval $(call remember,kernel,$(CC) $(KERNEL_CFLAGS)))
$(eval $(call remember,kernel-objects,$(KERNEL_OBJ)))

# gcc sets a frame up at a function's start or not at all, not behind a test.
$(BUILD)/flags/frame.options: tools/known-options.sh $(BUILD)/flags/cc
	$(call begin,PROBE,$(CC))
	$(Q)sh $< $(CC) -Werror -c -x c -o /dev/null /dev/null -- \
		-fno-shrink-wrap >$@

$(KOBJ)/%.o: %.c $(BUILD)/flags/kernel $(BUILD)/flags/cc.options \
		$(BUILD)/flags/frame.options
	$(call begin,CC)
	$(Q)$(CC) $(KERNEL_CFLAGS) @$(BUILD)/flags/cc.options \
		@$(BUILD)/flags/frame.options -MMD -MP -MF $@.d -c -o $@ $<

# Without -g, for NASM would write the names of folders down, and
# kernel.elf is the same wherever it is built.
$(KOBJ)/%.o: %.asm $(BUILD)/layout.inc $(BUILD)/flags/nasm
	$(call begin,NASM)
	$(Q)$(NASM) $(NASMFLAGS) -f elf64 -MD $@.d -MP -MT $@ -o $@ $<

$(BUILD)/kernel.ld: linker.ld $(BUILD)/flags/cc
	$(call begin,CPP)
	$(Q)$(link-script)

$(BUILD)/kernel.elf: $(BUILD)/kernel.ld $(KERNEL_OBJ) \
		$(BUILD)/flags/kernel-objects $(BUILD)/flags/ld.options
	$(call begin,LD,$@)
	$(Q)$(LD) $(LDFLAGS_TARGET) @$(BUILD)/flags/ld.options -T $< -o $@ \
		$(KERNEL_OBJ)

# Names for backtraces, but no debug information: that is ten times as much.
$(KOBJ)/kernel.elf: $(BUILD)/kernel.elf
	$(call begin,OBJCOPY,$@)
	$(Q)$(OBJCOPY) --strip-debug $< $@

$(BUILD)/stagecoach.img: $(KOBJ)/kernel.elf $(BUILD)/mkimage
	$(call begin,IMAGE,$@)
	$(Q)$(BUILD)/mkimage --symbols -o $@ $<

-include $(wildcard $(BUILD)/kernel.ld.d $(KERNEL_OBJ:=.d))
