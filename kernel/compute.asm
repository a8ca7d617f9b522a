; SPDX-License-Identifier: 0BSD
; compute.asm - a computation in which every register and flag counts, for
; storm.c.

%include "layout.inc"

ROUNDS          equ     200
RESULT_RFLAGS   equ     15 * 8          ; struct result (storm.c)

        global  storm_compute:function (storm_compute.end - storm_compute)

        section .text
        bits    64

; void storm_compute(struct result *result);
;
; Adds registers to each other in a ring, the carry going round with them. The
; count of rounds lies on the stack, as no register is free; DEC does not touch
; the carry. DF is set all the time, which no C code under an interrupt may see.
;
; in:   System V ABI: rdi = result; result->r = rax, rbx, rcx, rdx, rsi, rdi,
;       rbp, r8 ... r15 before
; out:  result->r and result->rflags after it (IF apart, which differs)
storm_compute:
        push    rbx
        push    rbp
        push    r12
        push    r13
        push    r14
        push    r15
        push    rdi
        push    ROUNDS

        mov     rax, [rdi]
        mov     rbx, [rdi + 8]
        mov     rcx, [rdi + 16]
        mov     rdx, [rdi + 24]
        mov     rsi, [rdi + 32]
        mov     rbp, [rdi + 48]
        mov     r8, [rdi + 56]
        mov     r9, [rdi + 64]
        mov     r10, [rdi + 72]
        mov     r11, [rdi + 80]
        mov     r12, [rdi + 88]
        mov     r13, [rdi + 96]
        mov     r14, [rdi + 104]
        mov     r15, [rdi + 112]
        mov     rdi, [rdi + 40]
        std
        clc

.round: adc     rax, rbx
        adc     rbx, rcx
        adc     rcx, rdx
        adc     rdx, rsi
        adc     rsi, rdi
        adc     rdi, rbp
        adc     rbp, r8
        adc     r8, r9
        adc     r9, r10
        adc     r10, r11
        adc     r11, r12
        adc     r12, r13
        adc     r13, r14
        adc     r14, r15
        adc     r15, rax
        dec     qword [rsp]
        jnz     .round

        pushfq
        cld
        xchg    rdi, [rsp + 16]
        mov     [rdi], rax
        mov     [rdi + 8], rbx
        mov     [rdi + 16], rcx
        mov     [rdi + 24], rdx
        mov     [rdi + 32], rsi
        mov     [rdi + 48], rbp
        mov     [rdi + 56], r8
        mov     [rdi + 64], r9
        mov     [rdi + 72], r10
        mov     [rdi + 80], r11
        mov     [rdi + 88], r12
        mov     [rdi + 96], r13
        mov     [rdi + 104], r14
        mov     [rdi + 112], r15
        pop     rax
        and     eax, ~FLAG_INTERRUPT
        mov     [rdi + RESULT_RFLAGS], rax
        mov     rax, [rsp + 8]          ; what was in rdi
        mov     [rdi + 40], rax

        add     rsp, 16
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbp
        pop     rbx
        ret
.end:

        section .note.GNU-stack noalloc noexec nowrite progbits
