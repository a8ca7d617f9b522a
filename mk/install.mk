# SPDX-License-Identifier: 0BSD
# install.mk - puts what a kernel's author needs where other projects find it.

## PREFIX   where `make install` puts things (/usr/local); DESTDIR works
PREFIX ?= /usr/local
INSTALL ?= install

PROGRAMS := $(BUILD)/mkimage $(BUILD)/stagecoach-run
HEADERS := include/boot_info.h include/boot_info.rs
SHARED := $(BUILD)/install/kernel.ld
MAN1 := $(wildcard docs/man/*.1)

# Its comments stay with the source.
$(BUILD)/install/kernel.ld: $(BUILD)/kernel.ld
	$(call begin,GEN,$@)
	$(Q){ echo "/* Made of Stagecoach's linker.ld, which explains it. */"; \
		cat $<; } >$@

# $(call put,MODE,FOLDER,FILES) and $(call remove,FOLDER,FILES), below PREFIX.
to = $(DESTDIR)$(PREFIX)/$1
put = $(if $3,$(INSTALL) -d '$(call to,$2)' && \
	$(INSTALL) -m $1 $3 '$(call to,$2)/')
remove = cd '$(call to,$1)' 2>/dev/null && rm -f $(notdir $2) || true

.PHONY: install uninstall
install: ## Install all that a kernel's author needs below $(DESTDIR)$(PREFIX)
install: $(PROGRAMS) $(HEADERS) $(SHARED) $(MAN1)
	$(Q)$(call put,755,bin,$(PROGRAMS))
	$(Q)$(call put,644,include/stagecoach,$(HEADERS))
	$(Q)$(call put,644,share/stagecoach,$(SHARED))
	$(Q)$(call put,644,share/man/man1,$(MAN1))

uninstall: ## Remove what install brought
uninstall:
	$(Q)$(call remove,bin,$(PROGRAMS))
	$(Q)$(call remove,include/stagecoach,$(HEADERS))
	$(Q)$(call remove,share/stagecoach,$(SHARED))
	$(Q)$(call remove,share/man/man1,$(MAN1))
	$(Q)for folder in include share; do \
		rmdir '$(call to,)'"$$folder/stagecoach" 2>/dev/null || true; \
	done
