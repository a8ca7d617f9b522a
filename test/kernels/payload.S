// SPDX-License-Identifier: 0BSD
// payload.S - ballast that the contract kernel verifies: words of a known
// sequence in .rodata, addresses in .data, a template of thread-local storage,
// and room in .bss.
//
// PAYLOAD_WORDS   how many 64-bit words
// PAYLOAD_STEP    the multiplier of the sequence: a large odd number makes
//                 bytes that do not compress, 1 makes bytes that do
// BALLAST_SIZE    bytes of .bss

	.section .rodata.payload, "a", @progbits
	.balign	8
	.globl	payload, payload_words, payload_step
payload:
	.set	word, 0
	.rept	PAYLOAD_WORDS
	.set	word, word * PAYLOAD_STEP + 1
	.quad	word
	.endr
payload_words:
	.quad	PAYLOAD_WORDS
payload_step:
	.quad	PAYLOAD_STEP

	// Addresses in data: a position-independent kernel needs them relocated,
	// and more than one RELR bitmap holds.
	.data
	.balign	8
	.globl	addresses, addresses_end
addresses:
	.set	index, 0
	.rept	100
	.quad	payload + index
	.set	index, index + 1
	.endr
addresses_end:

	.section .tdata, "awT", @progbits
	.balign	32
	.ascii	"thread-local storage"
	.section .tbss, "awT", @nobits
	.balign	32
	.zero	40

	.bss
	.balign	8
	.globl	ballast, ballast_end
ballast:
	.zero	BALLAST_SIZE
ballast_end:

	.section .note.GNU-stack, "", @progbits
