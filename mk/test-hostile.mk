# SPDX-License-Identifier: 0BSD
# test-hostile.mk - the hostile BIOS, a floppy that starts before the disk.

HOSTILE := test/hostile

$(BUILD)/test/hostile.bin: $(HOSTILE)/shim.asm $(BUILD)/flags/nasm
	$(call begin,NASM)
	$(Q)$(NASM) $(NASMFLAGS) -I$(HOSTILE)/ -f bin -MD $@.d -MP -MT $@ \
		-o $@ $<

test: $(BUILD)/test/hostile.bin

-include $(wildcard $(BUILD)/test/hostile.bin.d)

# ---- what takes too long for `make test` ----------------------------------

## N        how many boots `make fuzz-bios` and `make soak` do (1000, 500)
## SEED     what `make fuzz-bios` starts from (a new one)
SEED ?=
## JOBS     how many boots run at once in the long tests (2)
JOBS ?= 2

LONG_TESTS := all test-kernels $(BUILD)/test/hostile.bin
RUN_BOOTS = BUILD='$(abspath $(BUILD))' \
	PYTHONPYCACHEPREFIX='$(abspath $(BUILD))/pycache' $(PYTHON)

.PHONY: fuzz-bios hostile-bochs hostile-ticks hostile-peers
fuzz-bios: ## Boot N times under random faults of the BIOS, from SEED
fuzz-bios: $(LONG_TESTS)
	$(Q)$(RUN_BOOTS) $(HOSTILE)/monkey.py --runs $(or $(N),1000) \
		--seed '$(SEED)' --jobs $(JOBS)

hostile-bochs: ## Boot under every fault of the hostile BIOS in Bochs
hostile-bochs: $(LONG_TESTS)
	$(Q)$(RUN_PYTEST) -q -n $(JOBS) --timeout 600 $(HOSTILE)/long_bochs.py

hostile-ticks: ## Boot 200 times with the timer ticking at other moments
hostile-ticks: $(LONG_TESTS)
	$(Q)$(RUN_BOOTS) $(HOSTILE)/ticks.py --jobs $(JOBS)

hostile-peers: ## Play the hostile BIOS to GRUB and syslinux, too
hostile-peers: $(LONG_TESTS)
	$(Q)$(RUN_BOOTS) $(HOSTILE)/peers.py grub --jobs $(JOBS)
	$(Q)$(RUN_BOOTS) $(HOSTILE)/peers.py syslinux --jobs $(JOBS)
