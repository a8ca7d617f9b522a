# SPDX-License-Identifier: 0BSD
# test-disk.mk - the host model of all that reads an image.

DISK_MODEL := $(BUILD)/test/disk-model
DISK_MODEL_C := test/disk/model.c \
	$(filter-out lib/string.c,$(sort $(wildcard lib/*.c)))

# By the same compiler and options as mkimage: it runs here.
$(DISK_MODEL): $(DISK_MODEL_C:%.c=$(HOST)/%.o) $(BUILD)/flags/mkimage
	$(call begin,LINK,$@)
	$(Q)$(HOSTCC) $(MKIMAGE_CFLAGS) $(MKIMAGE_LDFLAGS) -o $@ \
		$(filter %.o,$^)

test: $(DISK_MODEL)

-include $(wildcard $(HOST)/test/disk/model.o.d)

.PHONY: disk-faults
disk-faults: ## Boot with every fault of a disk, on every bus
disk-faults: $(LONG_TESTS) $(DISK_MODEL)
	$(Q)$(RUN_PYTEST) -q -n $(JOBS) --timeout 600 test/disk/long_disk.py
	$(Q)$(RUN_BOOTS) test/disk/flips.py model
	$(Q)$(RUN_BOOTS) test/disk/flips.py boots --jobs $(JOBS)
