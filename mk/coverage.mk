# SPDX-License-Identifier: 0BSD
# coverage.mk - which lines and branches of lib/ the unit tests and the fuzz
# targets' corpora reach, and which changes of lib/ the unit tests notice.

COVERAGE := $(BUILD)/coverage
COVERAGE_OBJ := $(BUILD)/obj/coverage
COVERAGE_CFLAGS := -std=c11 -O0 -g --coverage -fprofile-update=single \
	$(WARNINGS) -Iinclude -Ilib -Itest/unit
GCOVR ?= gcovr

COVERAGE_LIB_OBJ := $(patsubst %.c,$(COVERAGE_OBJ)/%.o,\
	$(filter-out lib/string.c,$(sort $(wildcard lib/*.c))))
# Those that run lib/ alone.
COVERAGE_FUZZ := $(filter-out stage2 mkimage,$(FUZZ_ALL))
COVERAGE_TESTS := $(UNIT_TESTS:$(BUILD)/unit/%=$(COVERAGE)/%) \
	$(COVERAGE_FUZZ:%=$(COVERAGE)/fuzz_%)

$(eval $(call remember,coverage,$(HOSTCC) $(COVERAGE_CFLAGS),$(HOSTCC)))

# What an object counted before it was made anew is of no use.
$(COVERAGE_OBJ)/%.o: %.c $(BUILD)/flags/coverage
	$(call begin,HOSTCC)
	$(Q)rm -f $(@:.o=.gcda)
	$(Q)$(HOSTCC) $(COVERAGE_CFLAGS) -MMD -MP -MF $@.d -c -o $@ $<

$(UNIT_TESTS:$(BUILD)/unit/%=$(COVERAGE)/%): $(COVERAGE)/%: \
		$(COVERAGE_OBJ)/test/unit/%.o $(COVERAGE_LIB_OBJ)
	$(call begin,LINK,$@)
	$(Q)$(HOSTCC) $(COVERAGE_CFLAGS) -o $@ $^ $(UNIT_LIBS)

$(COVERAGE_FUZZ:%=$(COVERAGE)/fuzz_%): $(COVERAGE)/fuzz_%: \
		$(COVERAGE_OBJ)/test/fuzz/fuzz_%.o \
		$(COVERAGE_OBJ)/test/fuzz/main_replay.o $(COVERAGE_LIB_OBJ)
	$(call begin,LINK,$@)
	$(Q)$(HOSTCC) $(COVERAGE_CFLAGS) -o $@ $^ $(FUZZ_LIBS)

-include $(wildcard $(COVERAGE_LIB_OBJ:=.d) $(COVERAGE_OBJ)/test/*/*.o.d)

.PHONY: coverage mutation
coverage: ## Measure what tests reach of lib/: build/coverage/index.html
coverage: $(COVERAGE_TESTS)
	$(Q)find $(COVERAGE_OBJ) -name '*.gcda' -delete
	$(Q)for test in $(COVERAGE_TESTS); do \
		case $$test in \
		*/fuzz_*) $$test test/fuzz/corpus/$${test##*/fuzz_}.hex ;; \
		*) $$test ;; \
		esac >$$test.log 2>&1 || { cat $$test.log; exit 1; }; \
	done
	$(Q)$(GCOVR) --root . --object-directory $(COVERAGE_OBJ) \
		--filter lib/ --exclude-throw-branches --print-summary \
		--fail-under-line 95 --fail-under-branch 90 \
		--html-details $(COVERAGE)/index.html \
		--txt $(COVERAGE)/lines.txt $(COVERAGE_OBJ)
	$(Q)$(GCOVR) --root . --object-directory $(COVERAGE_OBJ) \
		--filter lib/ --exclude-throw-branches --branches \
		--txt $(COVERAGE)/branches.txt $(COVERAGE_OBJ)

mutation: ## Change lib/ in one place at a time: do the unit tests notice?
mutation: test/mutation/mutate.py test/mutation/equivalent.txt
	$(Q)$(PYTHON) -B $< --build $(BUILD)/mutation --cc $(HOSTCC)
