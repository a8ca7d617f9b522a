# SPDX-License-Identifier: 0BSD
"""units.py - what is proved, each by one run of Frama-C, and what is assumed.

A unit with 'file' is proved by WP: every goal of the functions named, for
inputs of any size. 'model' is its memory model. 'split' makes a goal of each
way through a function. 'read as' are structures that bytes are cast to which
nobody writes meanwhile: see ASSUMED. 'z3' are options for z3. 'but' names
clauses that WP is not to prove: see ASSUMED, too. A unit without functions has
the lemmas of the file and of all that it includes, which WP takes for granted
elsewhere.

A unit with 'main' is proved by Eva, which runs test/proof/eva/MAIN.c for all
the values that it stands for, together with 'files'; 'bound' says how much
that is. Of the functions named, every obligation has to be valid. 'dead': it
may also be unreachable under the bound. 'contracts' are functions that Eva
takes at their word; 'models' are functions in whose place it takes its own.
'meaning' is the unit that proves what the functions' contracts ensure; what is
left for Eva are the accesses.
"""

ANY_NUMBERS = ['Frama_C_make_unknown', 'Frama_C_unsigned_long_long_interval']
STRING_INSTRUCTIONS = ['move_words', 'set_words']

UNITS = {
    'checksum': {
        'main': 'checksum',
        'files': ['lib/checksum.c'],
        'bound': 'any bytes, sizes to 2048, some to 65536',
        'functions': ['checksum_add', 'checksum_start'],
    },
    'string': {
        'main': 'string',
        'files': ['lib/string.c'],
        'bound': 'any bytes, sizes to 40',
        'contracts': STRING_INSTRUCTIONS,
        'functions': ['memcpy', 'memmove', 'memset', 'move_few', 'copy_up',
                      'copy_down'],
    },
    'decompress': {
        'file': 'lib/decompress.c',
        'model': 'Typed+cast',
        'functions': ['between', 'get_offset', 'short_sequences',
                      'long_count', 'copy_literals', 'repeat', 'copy_match',
                      'decompress_lz4_part', 'decompress_lz4'],
    },
    'decompress-word': {
        'main': 'copy_word',
        'bound': 'any bytes, any two places',
        'functions': ['copy_word', 'read_word'],
    },
    'wishes': {
        'main': 'wishes',
        'files': ['lib/string.c'],
        'bound': 'any bytes, sizes to 128',
        'contracts': STRING_INSTRUCTIONS,
        'functions': ['wishes_none', 'is_magic', 'bad', 'is_canonical',
                      'is_phys_offset', 'is_stack_size', 'is_side',
                      'is_depth', 'check_video', 'check_fields',
                      'copy_known', 'wishes_read'],
    },
    'wishes-search': {
        'file': 'lib/wishes.c',
        'model': 'Typed+cast',
        'functions': ['wishes_find', 'wishes_are_newer'],
    },
    'image': {
        'file': 'lib/image_file.c',
        'model': 'Typed+cast',
        'read as': ['image_file'],
        'functions': ['begin', 'refuse', 'bad', 'within', 'round_up_div',
                      'check_super_fields', 'image_check_super', 'type_fits',
                      'size_fits', 'sectors_fit', 'name_fits',
                      'check_sectors', 'check_file',
                      'image_check_directory', 'stored_fits', 'place_fits',
                      'check_block', 'check_blocks', 'image_check_table',
                      'image_block_bytes', 'image_block_sectors'],
    },
    'image-sums': {
        'main': 'image_file',
        'files': ['lib/checksum.c', 'lib/string.c', 'lib/wishes.c'],
        'bound': 'any bytes, to 64 sectors',
        'contracts': STRING_INSTRUCTIONS + ['memcmp'],
        'functions': ['is_zero', 'sum_of', 'check_wishes', 'super_sum_fits',
                      'directory_sum_fits', 'sum_fits', 'rest_is_zero',
                      'image_check_header', 'image_early_sum',
                      'image_sector_sum', 'image_strerror'],
    },
    'image-read': {
        'file': 'lib/image_read.c',
        'model': 'Typed+cast',
        'z3': 'smt.auto_config=false smt.mbqi=false',
        'read as': ['image_table', 'uint64'],
        'functions': ['fail', 'min', 'fetch', 'ask', 'advance', 'put',
                      'check_sum', 'read_stored', 'gather', 'read_lz4',
                      'get_block', 'read_block', 'expect', 'set_window',
                      'check_table', 'read_tables', 'move_window',
                      'read_blocks', 'image_read_file'],
    },
    'image-read-lemmas': {
        'file': 'lib/image_read.c',
        'model': 'Typed+cast',
        'read as': ['image_table', 'uint64'],
        'functions': [],
    },
    'elf64': {
        'file': 'lib/elf64.c',
        'model': 'Typed+cast',
        'read as': ['elf64_ehdr'],
        'functions': ['elf64_within', 'elf64_refuse', 'elf64_no_fault',
                      'check_fields', 'check_header', 'elf64_check_header',
                      'elf64_find', 'elf64_find_file', 'append_pages',
                      'elf64_runs', 'elf64_parse'],
    },
    'lemmas': {
        'file': 'lib/memmap.c',
        'functions': [],
    },
    'memmap': {
        'file': 'lib/memmap.c',
        'z3': 'smt.auto_config=false smt.mbqi=false',
        'but': ['place_pages'],
        'functions': ['page_down', 'memmap_check', 'copy', 'move', 'put',
                      'cut_before', 'cut_behind', 'set_count', 'insert',
                      'memmap_set', 'e820_type', 'e820_pages', 'usable_part',
                      'reserve_range', 'reserve_usable', 'paint_entry',
                      'paint', 'memmap_from_e820', 'memmap_total',
                      'memmap_is_ram', 'memmap_ram_end', 'find_place',
                      'memmap_take', 'memmap_take_some'],
    },
    'elf64-reloc': {
        'file': 'lib/elf64_reloc.c',
        'model': 'Typed+cast',
        'split': True,
        'functions': ['locate', 'access', 'refuse_table', 'read_entry',
                      'take_dynamic', 'read_dynamic', 'check_table',
                      'check_target', 'relocate', 'do_rela', 'do_relr',
                      'do_table', 'run_pass', 'check_all',
                      'elf64_check_relocations', 'elf64_relocate'],
    },
    'elf64-reloc-words': {
        'main': 'elf64_reloc',
        'files': ['lib/elf64.c', 'lib/string.c'],
        'bound': 'any bytes at any place',
        'functions': ['get_word', 'put_word', 'elf64_no_fault'],
    },
    'elf64-plan': {
        'file': 'lib/elf64_plan.c',
        'z3': 'smt.auto_config=false smt.mbqi=false',
        'functions': ['align_mask', 'is_alignment', 'check_file_part',
                      'check_memory_part', 'fill_segment', 'copy_segment',
                      'insert_segment', 'take_load', 'take_dynamic',
                      'take_tls', 'take_phdr', 'check_neighbours', 'sum_up',
                      'check_entry', 'check_tables', 'check_pie',
                      'elf64_note_rights'],
    },
    'elf64-reserved': {
        'file': 'lib/elf64_reserved.c',
        'model': 'Typed+raw',
        'functions': ['elf64_find_reserved', 'covered', 'bookkeeping',
                      'elf64_is_dispensable'],
    },
    'elf64-make-plan': {
        'file': 'lib/elf64_plan.c',
        'model': 'Typed+cast',
        'z3': 'smt.auto_config=false smt.mbqi=false',
        'read as': ['elf64_phdr'],
        'functions': ['elf64_make_plan'],
    },
    'elf64-plan-bits': {
        'main': 'elf64_plan',
        'files': ['lib/string.c'],
        'bound': 'any addresses, any plan',
        'models': {'memset': 'Frama_C_memset'},
        'functions': ['in_two_halves', 'clear_plan'],
    },
    'elf64-words': {
        'main': 'elf64_words',
        'files': ['lib/elf64.c', 'lib/string.c'],
        'bound': 'any error number',
        'functions': ['elf64_strerror', 'elf64_name', 'find_text'],
    },
    'elf64-header': {
        'main': 'elf64_header',
        'files': ['lib/elf64.c', 'lib/string.c'],
        'bound': 'any header, any file size',
        'meaning': 'elf64',
        'contracts': STRING_INSTRUCTIONS,
        'functions': ['elf64_check_header', 'check_header', 'check_fields',
                      'field_value', 'elf64_refuse'],
    },
    'elf64-symbols': {
        'file': 'lib/elf64_symbols.c',
        'model': 'Typed+cast',
        'read as': ['elf64_ehdr', 'elf64_shdr', 'elf64_sym'],
        'functions': ['sections', 'section', 'within', 'elf64_symbols_open',
                      'name_at', 'reaches', 'is_label', 'find',
                      'elf64_symbols_find', 'elf64_symbols_label'],
    },
    'elf64-symbols-bytes': {
        'main': 'elf64_symbols',
        'bound': 'any bytes at any place',
        'functions': ['header_at', 'section_at', 'symbol_at'],
    },
    'paging': {
        'main': 'paging',
        'bound': 'any address',
        'functions': ['paging_canonical'],
    },
}

# Contracts that are used and not proved.
ASSUMED = {
    'wraps_below, wraps_above (test/proof/elf64.acsl.h)':
        'that sums of unsigned numbers are taken modulo 2^64: so says C '
        '(C11 6.2.5, 9), but WP only knows what a sum is that does not wrap',
    'elf64_ehdr (lib/elf64.c)':
        'that a structure that bytes are read as keeps its values while no '
        'byte of it is written: WP does not connect the two; for the header, '
        'elf64-header proves the same accesses without that',
    'elf64_ehdr, elf64_shdr, elf64_sym (lib/elf64_symbols.c)':
        'the same of what a file has; that the bytes of each are in the file '
        'is proved, as header_at(), section_at() and symbol_at() ask for it',
    'find_place (lib/memmap.c)':
        'place_pages, that what it finds begins and ends at pages: tested by '
        'test/unit and test/fuzz; the provers know too little of remainders '
        'by a number that is not constant',
    'elf64_phdr (lib/elf64_plan.c)':
        'the same of the program headers, which nothing writes to',
    'image_file (lib/image_file.c)':
        'that the entries of a directory, too, keep their values while no byte '
        'of it is written',
    'image_table, uint64 (lib/image_read.c)':
        'that the bytes of a table are its sector, and those of a sector its '
        'words: checksum_add() and the buffers are asked for both',
    'memcmp (lib/string.c)':
        'that it reads nothing but what its contract says: its loop is repe '
        'cmpsq, in assembly; tested by test/unit and test/fuzz',
    'memset (lib/string.c), for clear_plan (lib/elf64_plan.c)':
        'that it sets those bytes and no others: Eva takes its own model of '
        "memset(), as set_words' contract does not say what the bytes are "
        'then; tested by test/unit',
    'move_words, set_words (lib/string.c)':
        'that rep movsq and rep stosq do what their contracts say, as the '
        "processor's manual has it: Frama-C does not read assembly",
}
