# SPDX-License-Identifier: 0BSD
# matrix.mk - machines of many kinds, and one kind many times.

.PHONY: matrix soak
matrix: ## Boot on machines, buses, memories and CPUs, each pair of them
matrix: $(LONG_TESTS)
	$(Q)$(RUN_BOOTS) test/boot/matrix.py qemu --jobs $(JOBS)
	$(Q)$(RUN_BOOTS) test/boot/matrix.py bochs --jobs $(JOBS)

soak: ## Boot the same image N times, on several buses
soak: $(LONG_TESTS)
	$(Q)$(RUN_BOOTS) test/boot/soak.py --runs $(or $(N),500) --jobs $(JOBS)
