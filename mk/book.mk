# SPDX-License-Identifier: 0BSD
# book.mk - the documents as a book in HTML.

BOOK_SOURCES := docs/contents.txt $(sort $(wildcard README.md CONTRIBUTING.md docs/*.md \
	docs/man/*.1 docs/book/* examples/*/README.md)) tools/book.py \
	tools/figures.py include/layout.h lib/paging.h lib/vspace.h

.PHONY: book
book: ## Make the book of the documents, build/book/index.html
book: $(BUILD)/book/index.html

$(eval $(call remember,book,$(BOOK_SOURCES)))

$(BUILD)/book/index.html: $(BOOK_SOURCES) $(BUILD)/flags/book
	$(call begin,BOOK,$@)
	$(Q)$(PYTHON) -B tools/book.py $(@D)
