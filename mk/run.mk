# SPDX-License-Identifier: 0BSD
# run.mk - boots a kernel in QEMU.

## KERNEL   the kernel that `make run` boots
KERNEL ?= $(BUILD)/kernel.elf
## CMDLINE  its command line (make usb has it, too)
CMDLINE ?=
## MODULES  files it gets as modules, each FILE or FILE=NAME (likewise)
MODULES ?=
## GUI      1: open a window even if there seems to be no display; 0: do not
GUI ?=
## IMAGEFLAGS  more options for mkimage
IMAGEFLAGS ?=
QEMU ?= qemu-system-x86_64
## QEMUFLAGS  more options for QEMU
QEMUFLAGS ?=
PYTHON ?= python3

# The scripts take these as they are, whatever quotes they hold.
export CMDLINE MODULES GUI QEMU QEMUFLAGS IMAGEFLAGS

# The example kernel's backtraces have names: its image carries its symbols.
ifeq ($(KERNEL),$(BUILD)/kernel.elf)
BOOTED := $(KOBJ)/kernel.elf
run usb: IMAGEFLAGS += --symbols
else
BOOTED := $(KERNEL)
endif

.PHONY: run screenshot
run: ## Boot KERNEL in QEMU; its serial console is the terminal
run: $(BUILD)/mkimage $(BOOTED)
	@mkdir -p $(BUILD)/run
	$(Q)sh tools/run.sh $(BUILD)/mkimage $(BUILD)/run '$(BOOTED)'

screenshot: ## Make docs/screenshot.png anew
screenshot: $(BUILD)/stagecoach.img
	$(Q)$(PYTHON) tools/screenshot.py $< docs/screenshot.png

## DEV      the USB stick that `make usb` writes, e.g. /dev/sdX; YES=1: no question
DEV ?=
.PHONY: usb
usb: ## Write KERNEL's image to the USB stick DEV
usb: $(BUILD)/mkimage $(BOOTED)
	@mkdir -p $(BUILD)/usb
	$(Q)sh tools/image.sh $(BUILD)/mkimage $(BUILD)/usb/disk.img '$(BOOTED)'
	$(Q)sh tools/usb.sh $(BUILD)/usb/disk.img $(DEV)
