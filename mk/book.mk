# SPDX-License-Identifier: 0BSD
# book.mk - the documents as a book in HTML.

BOOK_SOURCES := docs/contents.txt $(wildcard *.md docs/*.md docs/*.png \
	docs/man/*.1 docs/book/* examples/*/README.md) tools/book.py \
	tools/figures.py include/layout.h lib/paging.h lib/vspace.h

.PHONY: book
book: ## Make the book of the documents, build/book/index.html
book: $(BUILD)/book/index.html

$(BUILD)/book/index.html: $(BOOK_SOURCES)
	$(call begin,BOOK,$@)
	$(Q)$(PYTHON) -B tools/book.py $(@D)
