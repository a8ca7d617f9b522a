; SPDX-License-Identifier: 0BSD
; vectors.asm - the first instructions of every interrupt: save all registers,
; call interrupt_dispatch(), restore them.

%include "layout.inc"

VECTORS         equ     48
ERROR_CODES     equ     0x60227d00      ; vectors where the CPU pushes one

        global  vector_entry
        global  vector_raise:function (vector_raise.end - vector_raise)
        extern  interrupt_dispatch

        section .text
        bits    64

; What differs from vector to vector: its number, and a 0 where there is no
; error code, so that all frames are alike.
%assign n 0
%rep VECTORS
vector_%[n]:
%if n >= 32 || !(ERROR_CODES >> n & 1)
        push    0
%endif
        push    n
        jmp     enter
%assign n n + 1
%endrep

; Pushes struct interrupt_frame (interrupt.h). The CPU has aligned the stack to
; 16 bytes before its own five words, and the frame is a multiple of 16.
enter:
        push    rax
        push    rcx
        push    rdx
        push    rbx
        push    rbp
        push    rsi
        push    rdi
        push    r8
        push    r9
        push    r10
        push    r11
        push    r12
        push    r13
        push    r14
        push    r15
        cld                             ; C relies on it
        mov     rdi, rsp

; For a backtrace: as if the interrupted function had called us.
        push    qword [rdi + FRAME_RIP]
        push    rbp
        mov     rbp, rsp
        call    interrupt_dispatch
        add     rsp, 16

        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     r11
        pop     r10
        pop     r9
        pop     r8
        pop     rdi
        pop     rsi
        pop     rbp
        pop     rbx
        pop     rdx
        pop     rcx
        pop     rax
        add     rsp, 16                 ; vector and error code
        iretq

; void vector_raise(unsigned int vector, uint64_t error);
;
; Does what the CPU does when it raises an exception: for the self-test, which
; cannot provoke all of them.
;
; in:   System V ABI: edi = vector, rsi = error code, where the vector has one
; out:  as after the interrupt, if its handler returns
vector_raise:
        push    rbp
        mov     rbp, rsp
        mov     eax, ss
        mov     rcx, rsp
        and     rsp, -16
        push    rax
        push    rcx
        pushfq
        mov     eax, cs
        push    rax
        lea     rax, [rel .return]
        push    rax
        cmp     edi, 32
        jae     .enter
        mov     eax, ERROR_CODES
        bt      eax, edi
        jnc     .enter
        push    rsi
.enter: mov     edi, edi                ; the upper half is unknown
        jmp     [vector_entry + rdi * 8]
.return:
        pop     rbp
        ret
.end:

        section .rodata align=8

vector_entry:
%assign n 0
%rep VECTORS
        dq      vector_%[n]
%assign n n + 1
%endrep

        section .note.GNU-stack noalloc noexec nowrite progbits
