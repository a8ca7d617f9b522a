// SPDX-License-Identifier: 0BSD
// entry.S - the contract kernel's first instructions: they write down the
// processor's state before anything changes it, then enter C.

#include "layout.h"     /* MSR_* */
#include "state.h"

	.intel_syntax noprefix

	.text
	.globl	_start
	.type	_start, @function
_start:
	lea	rax, [rip + entry_state]
	mov	[rax + STATE_RSP], rsp
	mov	[rax + STATE_RBP], rbp
	mov	[rax + STATE_RDI], rdi
	pushfq
	pop	qword ptr [rax + STATE_RFLAGS]
	mov	rcx, [rsp]
	mov	[rax + STATE_RETURN], rcx

	mov	word ptr [rax + STATE_CS], cs
	mov	word ptr [rax + STATE_SS], ss
	mov	word ptr [rax + STATE_DS], ds
	mov	word ptr [rax + STATE_ES], es
	str	word ptr [rax + STATE_TR]
	sgdt	[rax + STATE_GDTR]
	sidt	[rax + STATE_IDTR]

	mov	rcx, cr0
	mov	[rax + STATE_CR0], rcx
	mov	rcx, cr3
	mov	[rax + STATE_CR3], rcx
	mov	rcx, cr4
	mov	[rax + STATE_CR4], rcx
	fnstcw	[rax + STATE_FCW]
	stmxcsr	[rax + STATE_MXCSR]

	mov	rsi, rax
	mov	ecx, MSR_EFER
	rdmsr
	mov	[rsi + STATE_EFER], eax
	mov	[rsi + STATE_EFER + 4], edx
	mov	ecx, MSR_PAT
	rdmsr
	mov	[rsi + STATE_PAT], eax
	mov	[rsi + STATE_PAT + 4], edx

	// RSP is as after a call: this jump hands C the loader's own frame.
	jmp	contract_main
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
