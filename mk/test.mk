# SPDX-License-Identifier: 0BSD
# test.mk - everything that can be tested without KVM and without a display.

UNIT := $(BUILD)/obj/unit
UNIT_TESTS := $(patsubst test/unit/%.c,$(BUILD)/unit/%,\
	$(sort $(wildcard test/unit/test_*.c)))
UNIT_HELPERS := $(filter-out test/unit/test_%,$(sort $(wildcard test/unit/*.c)))
# The libc's memcpy() and its kin: the sanitizers watch these.
UNIT_OBJ := $(patsubst %.c,$(UNIT)/%.o,$(UNIT_HELPERS) \
	$(filter-out lib/string.c,$(sort $(wildcard lib/*.c))))

UNIT_CFLAGS := -O1 -g $(HOST_CFLAGS) -Itest/unit -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_LIBS := -lcmocka -llz4

$(eval $(call remember,unit,$(HOSTCC) $(UNIT_CFLAGS) $(UNIT_LIBS),$(HOSTCC)))
$(eval $(call remember,unit-objects,$(UNIT_OBJ)))

$(UNIT)/%.o: %.c $(BUILD)/flags/unit
	$(call begin,HOSTCC)
	$(Q)$(HOSTCC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d -c -o $@ $<

$(UNIT_TESTS): $(BUILD)/unit/%: $(UNIT)/test/unit/%.o $(UNIT_OBJ) \
		$(BUILD)/flags/unit-objects
	$(call begin,LINK,$@)
	$(Q)$(HOSTCC) $(UNIT_CFLAGS) -o $@ $< $(UNIT_OBJ) $(UNIT_LIBS)

-include $(wildcard $(UNIT_OBJ:=.d) \
	$(UNIT_TESTS:$(BUILD)/unit/%=$(UNIT)/test/unit/%.o.d))

# A log that is there is one of a test that passed.
$(BUILD)/unit/%.log: $(BUILD)/unit/% FORCE
	@if $< >$@.part 2>&1; then \
		printf '  %-7s %s, %s\n' TEST $* \
			"$$(grep -c '\[       OK' $@.part) passed"; \
		mv $@.part $@; \
	else \
		cat $@.part; \
		echo "$<: FAILED" >&2; \
		exit 1; \
	fi

.PHONY: unit check-lib test
unit: ## Run the unit tests of lib/, under sanitizers
unit: $(UNIT_TESTS:=.log)

check-lib: ## See that lib/ stands alone: no libc, no variables
check-lib: tools/check-lib.sh \
		$(patsubst %.c,$(STAGE2)/%.o,$(sort $(wildcard lib/*.c)))
	$(Q)NM='$(NM)' sh $^

## PYTEST   the pytest of the system's own Python
PYTEST ?= pytest-3
## TESTS    what `make test` gives to pytest, e.g. test/boot -k nvme
TESTS ?= test

# By itself pytest looks into no folder of the name build.
RUN_PYTEST = PYTHONPYCACHEPREFIX='$(abspath $(BUILD))/pycache' \
	BUILD='$(abspath $(BUILD))' \
	$(PYTEST) -o cache_dir='$(abspath $(BUILD))/pytest' \
		-o norecursedirs='.*'

test: ## Run all tests
test: all unit check-lib test-kernels $(BUILD)/stage1.elf
	$(Q)$(RUN_PYTEST) -n auto --dist loadgroup --timeout 300 $(TESTS)
	@printf 'make test: all tests passed\n'

.PHONY: test-docs-long
test-docs-long: ## Run all commands of the documents, as root: half an hour
	$(Q)$(RUN_PYTEST) -s test/docs/long_docs.py
