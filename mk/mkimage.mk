# SPDX-License-Identifier: 0BSD
# mkimage.mk - the image builder, a program for this machine.

HOST := $(BUILD)/obj/host
MKIMAGE_C := $(sort $(wildcard tools/*.c)) \
	$(filter-out lib/string.c,$(sort $(wildcard lib/*.c)))
MKIMAGE_OBJ := $(MKIMAGE_C:%.c=$(HOST)/%.o) $(HOST)/stages.o

MKIMAGE_CFLAGS := -O2 $(CFLAGS) $(HOST_CFLAGS) -Itools -fPIE \
	-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	-DSTAGECOACH_VERSION='"$(VERSION)"'
MKIMAGE_LDFLAGS := -pie -Wl,-z,relro,-z,now $(LDFLAGS)
MKIMAGE_LIBS := -llz4 -pthread

$(eval $(call remember,mkimage,$(HOSTCC) $(MKIMAGE_CFLAGS) $(MKIMAGE_LDFLAGS) \
	$(MKIMAGE_LIBS),$(HOSTCC)))
$(eval $(call remember,mkimage-objects,$(MKIMAGE_OBJ)))

$(HOST)/%.o: %.c $(BUILD)/flags/mkimage
	$(call begin,HOSTCC)
	$(Q)$(HOSTCC) $(MKIMAGE_CFLAGS) -MMD -MP -MF $@.d -c -o $@ $<

$(HOST)/stages.o: $(HOST)/stages.c $(BUILD)/flags/mkimage
	$(call begin,HOSTCC)
	$(Q)$(HOSTCC) $(MKIMAGE_CFLAGS) -MMD -MP -MF $@.d -c -o $@ $<

# The loader is part of mkimage: one file is all that a kernel author needs.
$(HOST)/stages.c: tools/embed.sh $(BUILD)/stage1.bin $(BUILD)/stage2.bin
	$(call begin,EMBED,$@)
	$(Q)sh $< stages.h stage1_bin=$(BUILD)/stage1.bin \
		stage2_bin=$(BUILD)/stage2.bin >$@

$(BUILD)/mkimage: $(MKIMAGE_OBJ) $(BUILD)/flags/mkimage-objects
	$(call begin,LINK,$@)
	$(Q)$(HOSTCC) $(MKIMAGE_CFLAGS) $(MKIMAGE_LDFLAGS) -o $@ \
		$(MKIMAGE_OBJ) $(MKIMAGE_LIBS)

-include $(wildcard $(MKIMAGE_OBJ:=.d))
