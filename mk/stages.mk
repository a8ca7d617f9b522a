# SPDX-License-Identifier: 0BSD
# stages.mk - stage1.bin and stage2.bin, the loader.

STAGE2 := $(BUILD)/obj/stage2
STAGE2_ASM := $(sort $(wildcard stage2/*.asm))
STAGE2_C := $(sort $(wildcard stage2/*.c lib/*.c))
STAGE2_OBJ := $(STAGE2_ASM:%.asm=$(STAGE2)/%.o) $(STAGE2_C:%.c=$(STAGE2)/%.o)

# Every sector of stage2 is read and summed at each boot, so it is built for
# size.
STAGE2_SMALL := @$(BUILD)/flags/small.options
$(STAGE2)/%.o: OPTIMISE := $(STAGE2_SMALL)
# Without the conversions that no line of the loader's has: 290 bytes.
$(STAGE2)/lib/format.o: OPTIMISE := $(STAGE2_SMALL) -DFORMAT_FULL=0

# Loops that a boot is in for long. Cross jumping makes the test at a loop's end
# one with the test before the loop: a jump more in each round.
$(STAGE2)/lib/log.o $(STAGE2)/lib/rom.o: OPTIMISE := $(STAGE2_SMALL) \
	@$(BUILD)/flags/loops.options

STAGE2_CFLAGS := $(CFLAGS) $(TARGET_CFLAGS) -mcmodel=small -Istage2 \
	-DSTAGECOACH_VERSION='"$(VERSION)"'
NASMFLAGS := -I$(BUILD)/ -Istage1/ -Istage2/ $(if $(filter 1,$(WERROR)),-w+error)
LDFLAGS_TARGET := -nostdlib -static --gc-sections -z noexecstack \
	-z max-page-size=0x1000 --build-id=none

$(eval $(call remember,nasm,$(NASM) $(NASMFLAGS),$(NASM)))
$(eval $(call remember,cc,$(CC),$(CC)))
$(eval $(call remember,ld,$(LD) $(OBJCOPY) $(LDFLAGS_TARGET),$(LD) $(OBJCOPY)))
$(eval $(call remember,stage2,$(CC) $(STAGE2_SMALL) $(STAGE2_CFLAGS)))
$(eval $(call remember,stage2-objects,$(STAGE2_OBJ)))

# Options that some compilers and linkers lack, as files of those that these
# have.
#
# min-pagesize: gcc 12 takes an access to a low address for a null pointer's.
# loop patterns: gcc makes memcpy() of a loop, in memcpy(), too.
$(BUILD)/flags/cc.options: tools/known-options.sh $(BUILD)/flags/cc
	$(call begin,PROBE,$(CC))
	$(Q)sh $< $(CC) -Werror -c -x c -o /dev/null /dev/null -- \
		--param=min-pagesize=0 -fcf-protection=none \
		-fno-tree-loop-distribute-patterns >$@

# Oz: smaller than -Os, which it follows; gcc has it since 12.
# stack boundary: 16 bytes are for SSE, which stage2 does without.
# if conversion: a branch is shorter than what a conditional move needs.
# jump tables: eight bytes a case, where a comparison and a jump have five.
# data=abi: gcc aligns larger variables to 32 bytes for the sake of SSE.
# rax setup: al tells a variadic function of arguments in SSE registers.
# loop ivcanon: it unrolls short loops, and adds counters to others.
# sibling calls: a jump in a call's place has all of the epilogue before it,
# and gcc makes a copy of that for each.
# tree pta, ipa modref, loop im: with what they find out, gcc keeps more values
# at once, for which it pushes and pops more registers: 170 bytes.
# shrink wrap, ipa sra, ipa vrp: fewer instructions here or there, in more bytes:
# 70.
$(BUILD)/flags/small.options: tools/known-options.sh $(BUILD)/flags/cc \
		mk/stages.mk
	$(call begin,PROBE,$(CC))
	$(Q)sh $< $(CC) -Werror -mgeneral-regs-only -c -x c -o /dev/null \
		/dev/null -- -Os -Oz -mpreferred-stack-boundary=3 \
		-fno-if-conversion -fno-jump-tables -malign-data=abi \
		-mskip-rax-setup -fno-tree-loop-ivcanon \
		-fno-optimize-sibling-calls -fno-tree-pta \
		-fno-ipa-modref -fno-tree-loop-im -fno-shrink-wrap \
		-fno-ipa-sra -fno-ipa-vrp >$@

$(BUILD)/flags/loops.options: tools/known-options.sh $(BUILD)/flags/cc
	$(call begin,PROBE,$(CC))
	$(Q)sh $< $(CC) -Werror -c -x c -o /dev/null /dev/null -- \
		-fno-crossjumping >$@

$(BUILD)/flags/ld.options: tools/known-options.sh $(BUILD)/flags/ld
	$(call begin,PROBE,$(LD))
	$(Q)sh $< $(LD) --help -- --no-warn-rwx-segments >$@

# Whether references from one section to another can be forbidden: lld cannot.
$(BUILD)/flags/ld.checks: $(BUILD)/flags/ld
	$(call begin,PROBE,$(LD))
	$(Q)case $$($(LD) --version) in 'GNU ld '*) \
		echo -DCHECKS_REFERENCES ;; esac >$@

$(BUILD)/layout.inc: include/layout.h tools/layout.awk
	$(call begin,GEN,$@)
	$(Q)awk -f tools/layout.awk $< >$@

# $(call link-script,NAME): how a link script that includes layout.h is made.
link-script = $(CC) -E -P -x c -MMD -MP -MT $@ -MF $@.d -Iinclude $< -o $@

$(BUILD)/stage1.ld: stage1/stage1.ld $(BUILD)/flags/cc
$(BUILD)/stage2.ld: stage2/stage2.ld $(BUILD)/flags/cc $(BUILD)/flags/ld.checks
$(BUILD)/stage1.ld:
	$(call begin,CPP)
	$(Q)$(link-script)
$(BUILD)/stage2.ld:
	$(call begin,CPP)
	$(Q)$(link-script) @$(BUILD)/flags/ld.checks

$(BUILD)/stage1.bin: stage1/mbr.asm $(BUILD)/layout.inc $(BUILD)/flags/nasm
	$(call begin,NASM)
	$(Q)$(NASM) $(NASMFLAGS) -f bin -MD $@.d -MP -MT $@ -o $@ $<

# Symbols for a debugger. 32-bit, as NASM gets a 16-bit jump to a constant wrong
# in a 64-bit object; the comparison proves that the rest is right, too.
$(BUILD)/obj/stage1/mbr.o: stage1/mbr.asm $(BUILD)/layout.inc \
		$(BUILD)/flags/nasm
	$(call begin,NASM)
	$(Q)$(NASM) $(NASMFLAGS) -f elf32 -g -F dwarf -MD $@.d -MP -MT $@ \
		-o $@ $<

$(BUILD)/stage1.elf: $(BUILD)/stage1.ld $(BUILD)/obj/stage1/mbr.o \
		$(BUILD)/stage1.bin $(BUILD)/flags/ld.options
	$(call begin,LD,$@)
	$(Q)$(LD) -m elf_i386 @$(BUILD)/flags/ld.options -T $< \
		-o $@ $(BUILD)/obj/stage1/mbr.o
	$(Q)$(OBJCOPY) -O binary $@ $@.bin
	$(Q)cmp $@.bin $(BUILD)/stage1.bin
	$(Q)rm $@.bin

$(STAGE2)/%.o: %.asm $(BUILD)/layout.inc $(BUILD)/flags/nasm
	$(call begin,NASM)
	$(Q)$(NASM) $(NASMFLAGS) -f elf64 -g -F dwarf -MD $@.d -MP -MT $@ -o $@ $<

$(STAGE2)/%.o: %.c $(BUILD)/flags/stage2 $(BUILD)/flags/cc.options \
		$(BUILD)/flags/small.options $(BUILD)/flags/loops.options
	$(call begin,CC)
	$(Q)$(CC) $(STAGE2_CFLAGS) $(OPTIMISE) @$(BUILD)/flags/cc.options \
		-MMD -MP -MF $@.d -c -o $@ $<

$(BUILD)/stage2.elf: $(BUILD)/stage2.ld $(STAGE2_OBJ) \
		$(BUILD)/flags/stage2-objects $(BUILD)/flags/ld.options
	$(call begin,LD,$@)
	$(Q)$(LD) $(LDFLAGS_TARGET) @$(BUILD)/flags/ld.options -T $< \
		-Map $@.map -o $@ $(STAGE2_OBJ)

$(BUILD)/stage2.bin: $(BUILD)/stage2.elf
	$(call begin,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -O binary $< $@

-include $(wildcard $(BUILD)/stage1.bin.d $(BUILD)/obj/stage1/mbr.o.d \
	$(BUILD)/stage1.ld.d $(BUILD)/stage2.ld.d $(STAGE2_OBJ:=.d))
