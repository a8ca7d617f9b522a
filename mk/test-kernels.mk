# SPDX-License-Identifier: 0BSD
# test-kernels.mk - the kernels that the boot tests boot: the contract kernel
# in its variants, and foreign kernels as users bring them.

LLD ?= ld.lld

TK := $(BUILD)/test
TKO := $(BUILD)/obj/test-kernels

# ---- the contract kernel -------------------------------------------------
# One set of objects, position-independent, linked to many places.

CONTRACT_CFLAGS := -O2 -fno-omit-frame-pointer $(TARGET_CFLAGS) -fpie -fvisibility=hidden -Ikernel \
	-Itest/kernels
CONTRACT_C := $(sort $(wildcard test/kernels/*.c)) kernel/serial.c \
	lib/format.c lib/string.c lib/rsdp.c lib/smbios.c
CONTRACT_OBJ := $(TKO)/test/kernels/entry.o $(CONTRACT_C:%.c=$(TKO)/%.o)

$(eval $(call remember,contract,$(CC) $(LLD) $(CONTRACT_CFLAGS)))

$(TKO)/%.o: %.c $(BUILD)/flags/contract $(BUILD)/flags/cc.options
	$(call begin,CC)
	$(Q)$(CC) $(CONTRACT_CFLAGS) @$(BUILD)/flags/cc.options \
		-MMD -MP -MF $@.d -c -o $@ $<

$(TKO)/%.o: %.S $(BUILD)/flags/contract
	$(call begin,AS)
	$(Q)$(CC) $(CONTRACT_CFLAGS) -MMD -MP -MF $@.d -c -o $@ $<

# $(call payload,NAME,WORDS,STEP,BYTES OF BSS): see payload.S.
define payload
$(TKO)/payload-$1.o: test/kernels/payload.S $(BUILD)/flags/contract
	$$(call begin,AS,$$@)
	$$(Q)$$(CC) $$(CONTRACT_CFLAGS) -DPAYLOAD_WORDS=$2 \
		-DPAYLOAD_STEP=$3 -DBALLAST_SIZE=$4 \
		-MMD -MP -MF $$@.d -c -o $$@ $$<
endef
RANDOM_STEP := 6364136223846793005
PAYLOADS := small random packs bss
$(eval $(call payload,small,600,$(RANDOM_STEP),20000))
$(eval $(call payload,random,393216,$(RANDOM_STEP),8))
$(eval $(call payload,packs,393216,1,8))
$(eval $(call payload,bss,8,1,41943040))

# $(call static-contract,VARIANT,ADDRESS,PAYLOAD)
define static-contract
CONTRACT_KERNELS += $(TK)/contract-$1.elf
$(TK)/contract-$1.elf: $(TKO)/contract-$1.ld $(CONTRACT_OBJ) \
		$(TKO)/payload-$3.o $(BUILD)/flags/ld.options
	$$(call begin,LD,$$@)
	$$(Q)$$(LD) $$(LDFLAGS_TARGET) @$$(BUILD)/flags/ld.options -T $$< \
		-o $$@ $$(CONTRACT_OBJ) $(TKO)/payload-$3.o
$(TKO)/contract-$1.ld: test/kernels/static.ld $(BUILD)/flags/cc
	$$(call begin,CPP,$$@)
	$$(Q)$$(link-script) -DCONTRACT_BASE=$2
endef
CONTRACT_KERNELS :=
$(eval $(call static-contract,1m,0x100000,small))
$(eval $(call static-contract,2m,0x200000,small))
$(eval $(call static-contract,high,0xffffffff80000000,small))
$(eval $(call static-contract,slot256,0xffff800000000000,small))
$(eval $(call static-contract,random,0xffffffff80000000,random))
$(eval $(call static-contract,packs,0xffffffff80000000,packs))
$(eval $(call static-contract,bss,0x200000,bss))

# $(call pie-contract,VARIANT,LINKER,OPTIONS)
define pie-contract
CONTRACT_KERNELS += $(TK)/contract-$1.elf
$(TK)/contract-$1.elf: $(CONTRACT_OBJ) $(TKO)/payload-small.o
	$$(call begin,LD,$$@)
	$$(Q)$2 -nostdlib -pie --no-dynamic-linker -z text -z noexecstack \
		$3 -o $$@ $$^
endef
$(eval $(call pie-contract,pie,$$(LD),))
$(eval $(call pie-contract,pie-1m,$$(LD),-Ttext-segment=0x100000))
$(eval $(call pie-contract,relr,$$(LLD),--pack-dyn-relocs=relr))

# ---- foreign kernels -----------------------------------------------------
# What their authors type, word for word where the words are known.

TF := test/foreign
FOREIGN := rust-plain rust-pie rust-none higher-half gcc-pie gcc-text \
	gcc-static-pie lld-n lld-unsorted lld-relr flat
FOREIGN_KERNELS := $(FOREIGN:%=$(TK)/foreign-%.elf)
FOREIGN_CLANG ?= clang
FOREIGN_FLAGS := -O2 -ffreestanding -fno-stack-protector

$(TK)/foreign-rust-plain.elf: $(TF)/hello.rs
	$(call begin,RUSTC,$@)
	$(Q)$(RUSTC) -O -C panic=abort -C link-arg=-nostartfiles \
		-C link-arg=-nostdlib -C link-arg=-static \
		-C relocation-model=static $< -o $@

$(TK)/foreign-rust-pie.elf: $(TF)/hello.rs
	$(call begin,RUSTC,$@)
	$(Q)$(RUSTC) -O -C panic=abort -C link-arg=-nostartfiles $< -o $@

# As the target x86_64-unknown-none compiles and links.
$(TKO)/rust-none.o: $(TF)/hello.rs
	$(call begin,RUSTC,$@)
	$(Q)$(RUSTC) -O -C panic=abort -C relocation-model=pie \
		-C no-redzone=yes --emit=obj $< -o $@

$(TK)/foreign-rust-none.elf: $(TKO)/rust-none.o
	$(call begin,LD,$@)
	$(Q)$(LLD) -pie --no-dynamic-linker --gc-sections -z noexecstack \
		-z relro -z now --eh-frame-hdr --as-needed $< -o $@

$(TK)/foreign-higher-half.elf: $(TF)/higher_half.c $(TF)/higher_half.ld
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_GCC) $(FOREIGN_FLAGS) -mno-red-zone -mcmodel=kernel \
		-fno-pie -no-pie -nostdlib -static -T $(TF)/higher_half.ld \
		-Wl,--build-id=none $< -o $@

$(TK)/foreign-gcc-pie.elf: $(TF)/pointers.c
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_GCC) $(FOREIGN_FLAGS) -nostdlib $< -o $@

$(TK)/foreign-gcc-text.elf: $(TF)/hello.c
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_GCC) $(FOREIGN_FLAGS) -nostdlib -static \
		-Wl,-Ttext=0x200000 $< -o $@

$(TK)/foreign-gcc-static-pie.elf: $(TF)/pointers.c
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_GCC) $(FOREIGN_FLAGS) -nostdlib -static-pie $< -o $@

$(TK)/foreign-lld-n.elf: $(TF)/pointers.c
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_CLANG) $(FOREIGN_FLAGS) -fuse-ld=lld -nostdlib -static \
		-Wl,-n $< -o $@

$(TK)/foreign-lld-unsorted.elf: $(TF)/pointers.c $(TF)/unsorted.ld
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_CLANG) $(FOREIGN_FLAGS) -fuse-ld=lld -nostdlib -static \
		-fno-pie -T $(TF)/unsorted.ld $< -o $@

$(TK)/foreign-lld-relr.elf: $(TF)/pointers.c
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_CLANG) $(FOREIGN_FLAGS) -fPIE -fuse-ld=lld -nostdlib \
		-static-pie -Wl,--pack-dyn-relocs=relr $< -o $@

$(TK)/foreign-flat.elf: $(TF)/pointers.c
	$(call begin,CC,$@)
	$(Q)$(FOREIGN_GCC) $(FOREIGN_FLAGS) -fno-pie -no-pie -nostdlib \
		-static -Wl,-N -Wl,-Ttext=0x100000 \
		-Wl,--no-warn-rwx-segments $< -o $@

# ---- all of them ---------------------------------------------------------

TEST_KERNELS := $(CONTRACT_KERNELS) $(FOREIGN_KERNELS) \
	$(EXAMPLE_KERNELS) $(RAMDISK)

.PHONY: test-kernels
test-kernels: $(TEST_KERNELS)

-include $(CONTRACT_OBJ:=.d) $(PAYLOADS:%=$(TKO)/payload-%.o.d) \
	$(CONTRACT_KERNELS:$(TK)/%.elf=$(TKO)/%.ld.d)
