# SPDX-License-Identifier: 0BSD
# fuzz.mk - fuzz targets of lib/: test/fuzz/fuzz_NAME.c becomes
# build/fuzz/NAME, by clang with libFuzzer in it, and build/fuzz/replay/NAME,
# by any compiler, which runs the target's seeds and corpus.

FUZZ := $(BUILD)/fuzz
FUZZ_OBJ := $(BUILD)/obj/fuzz
FUZZ_ALL := $(patsubst test/fuzz/fuzz_%.c,%,\
	$(sort $(wildcard test/fuzz/fuzz_*.c)))
## TARGET   what `make fuzz` fuzzes (all of test/fuzz/fuzz_TARGET.c)
TARGET ?= $(FUZZ_ALL)
## T        how many seconds `make fuzz` gives each target (60)
T ?= 60

FUZZ_CC ?= clang
FUZZ_CFLAGS := -O2 -g $(HOST_CFLAGS) -Itest/unit -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
FUZZ_LIBS := -llz4
## FUZZFLAGS more options for the fuzzers' compiler
FUZZ_CFLAGS += $(FUZZFLAGS)

FUZZ_LIB_OBJ := $(patsubst %.c,$(FUZZ_OBJ)/%.o,\
	$(filter-out lib/string.c,$(sort $(wildcard lib/*.c))))
# Some run code of stage2 on this machine, or all of mkimage.
FUZZ_STAGE2 := $(addprefix stage2/,files.c kernel.c memory.c pages.c \
	progress.c wish.c) test/fuzz/stage2_host.c
FUZZ_MORE_stage2 := $(FUZZ_STAGE2)
FUZZ_MKIMAGE := $(sort $(wildcard tools/*.c))
FUZZ_MORE_mkimage := $(FUZZ_STAGE2) $(FUZZ_MKIMAGE) $(HOST)/stages.c
# mkimage has a progress.c, too.
FUZZ_STAGE2_FLAGS := -D_GNU_SOURCE -include test/fuzz/stage2_io.h -Istage2 \
	$(foreach name,open begin at end,-Dprogress_$(name)=stage2_progress_$(name))
FUZZ_MKIMAGE_FLAGS := -Itools -Dmain=mkimage_main -Wno-missing-prototypes \
	-DSTAGECOACH_VERSION='"$(VERSION)"'
FUZZ_LINK_stage2 := -Wl,--wrap=memmap_take,--wrap=memmap_take_some
FUZZ_LINK_mkimage := $(FUZZ_LINK_stage2)
fuzz-more = $(patsubst %.c,$2/%.o,$(FUZZ_MORE_$1))

FUZZERS := $(FUZZ_ALL:%=$(FUZZ)/%)
FUZZ_REPLAYS := $(FUZZ_ALL:%=$(FUZZ)/replay/%)

$(eval $(call remember,fuzz,$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_LIBS),$(FUZZ_CC)))
$(eval $(call remember,fuzz-objects,$(FUZZ_LIB_OBJ)))

# The targets themselves need no watching: it would take half of the time. What
# lib/ does to their variables is seen all the same.
$(filter-out %/fuzz_bytes.o,$(FUZZ_ALL:%=$(FUZZ_OBJ)/test/fuzz/fuzz_%.o)) \
	$(FUZZ_OBJ)/test/fuzz/stage2_host.o: \
	FUZZ_CFLAGS += -fno-sanitize=undefined -mllvm \
	-asan-instrument-reads=false -mllvm -asan-instrument-writes=false

$(FUZZ_OBJ)/%.o: %.c $(BUILD)/flags/fuzz
	$(call begin,FUZZCC)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -MMD -MP -MF $@.d -c -o $@ $<

# $(call fuzz-flags,FOLDER,VARIABLE)
define fuzz-flags
$(FUZZ_STAGE2:%.c=$1/%.o) $1/test/fuzz/fuzz_stage2.o \
	$1/test/fuzz/fuzz_mkimage.o: $2 += $$(FUZZ_STAGE2_FLAGS)
$(FUZZ_MKIMAGE:%.c=$1/%.o) $1/$(HOST)/stages.o: $2 += $$(FUZZ_MKIMAGE_FLAGS)
# No flags/ file has these options.
$(FUZZ_STAGE2:%.c=$1/%.o) $(FUZZ_MKIMAGE:%.c=$1/%.o) \
	$1/test/fuzz/fuzz_stage2.o $1/test/fuzz/fuzz_mkimage.o: mk/fuzz.mk
endef
$(eval $(call fuzz-flags,$(FUZZ_OBJ),FUZZ_CFLAGS))
$(eval $(call fuzz-flags,$(UNIT),UNIT_CFLAGS))

.SECONDEXPANSION:
$(FUZZERS): $(FUZZ)/%: $(FUZZ_OBJ)/test/fuzz/fuzz_%.o $(FUZZ_LIB_OBJ) \
		$$(call fuzz-more,$$*,$(FUZZ_OBJ)) $(BUILD)/flags/fuzz-objects
	$(call begin,LINK,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer $(FUZZ_LINK_$*) \
		-o $@ $(filter %.o,$^) $(FUZZ_LIBS)

# These share their objects with the unit tests.
$(FUZZ_REPLAYS): $(FUZZ)/replay/%: $(UNIT)/test/fuzz/fuzz_%.o \
		$(UNIT)/test/fuzz/main_replay.o $(UNIT_OBJ) \
		$$(call fuzz-more,$$*,$(UNIT)) $(BUILD)/flags/unit-objects
	$(call begin,LINK,$@)
	$(Q)$(HOSTCC) $(UNIT_CFLAGS) $(FUZZ_LINK_$*) -o $@ \
		$(filter %.o,$^) $(FUZZ_LIBS)

-include $(wildcard $(FUZZ_LIB_OBJ:=.d) \
	$(foreach folder,$(FUZZ_OBJ) $(UNIT),$(folder)/test/fuzz/*.o.d \
	$(folder)/stage2/*.o.d $(folder)/tools/*.o.d))

# `make test` runs them; one that is told to run something else needs not wait.
ifneq ($(filter test test/ test/fuzz%,$(TESTS)),)
test: $(FUZZERS) $(FUZZ_REPLAYS)
endif

FUZZ_RUN := PYTHONPYCACHEPREFIX='$(abspath $(BUILD))/pycache' \
	$(PYTHON) test/fuzz/run.py --build '$(FUZZ)'

.PHONY: fuzz fuzz-keep
fuzz: ## Fuzz lib/ and mkimage, each TARGET for T seconds
fuzz: $(TARGET:%=$(FUZZ)/%) $(TARGET:%=$(FUZZ)/replay/%)
	$(Q)$(FUZZ_RUN) --seconds $(T) $(TARGET)

fuzz-keep: ## Keep what `make fuzz` found in test/fuzz/corpus/, minimised
fuzz-keep: $(TARGET:%=$(FUZZ)/%) $(TARGET:%=$(FUZZ)/replay/%)
	$(Q)$(FUZZ_RUN) --keep $(TARGET)

.PHONY: deps-test-corpus
deps-test-corpus: ## Fetch ELF files of other makers, for test/corpus
deps-test-corpus: test/corpus/fetch.sh
	$(Q)sh $< $(BUILD)/corpus
