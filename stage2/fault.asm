; SPDX-License-Identifier: 0BSD
; fault.asm - GDT, TSS, IDT, and the first steps of every interrupt: save all
; registers, then fault_report(). Resident: the kernel starts on these tables.

%include "layout.inc"

VECTORS         equ     256
STUB_SIZE       equ     8
GATES           equ     4               ; in a round of 14 instructions
GATE            equ     0x8e01          ; present interrupt gate, IST 1
TSS_AVAILABLE   equ     0x00008900      ; a descriptor's type, not busy

        global  fault_setup, gdt, gdt_load, idt_pointer
        extern  gdt_pointer, fault_report

        section .text progbits alloc exec nowrite align=1
        bits    64

; Makes the GDT, the IDT, its stubs and the TSS, and loads them.
;
; All stubs are alike, so that a string move makes them: the return address
; tells `save` which one it was. Stored, they would be 2 KiB more to read.
;
; clobbers: rax, rcx, rdx, rdi, rsi
fault_setup:
        mov     esi, gdt_load
        mov     edi, gdt
        mov     ecx, SEL_TSS / 8
        rep     movsq
        mov     eax, tss                ; below 16 MiB
        shl     rax, 16
        mov     rcx, TSS_AVAILABLE << 32 | (TSS_SIZE - 1)
        or      rax, rcx
        mov     [rdi], rax
        mov     dword [abs tss + TSS_IST1], FAULT_STACK_TOP
        mov     word [abs tss + TSS_IOMAP], TSS_SIZE

        mov     rax, [abs stub]
        mov     edi, RESIDENT_STUBS
        mov     ecx, VECTORS
        rep     stosq

        mov     edi, RESIDENT_IDT
        mov     rax, (RESIDENT_STUBS & 0xffff0000) << 32 | GATE << 32 | SEL_CODE64 << 16 | (RESIDENT_STUBS & 0xffff)
        xor     edx, edx
        mov     cl, VECTORS / GATES
.gates:
%assign i 0
%rep GATES
        mov     [rdi + i], rax
        mov     [rdi + i + 8], rdx      ; offset 63:32
        add     rax, STUB_SIZE
%assign i i + 16
%endrep
        add     edi, GATES * 16
        loop    .gates

        lgdt    [abs gdt_pointer]
        lidt    [abs idt_pointer]
        mov     eax, SEL_TSS
        ltr     ax
        ret

stub:   call    [abs save_at]
        nop
%if ($ - stub) != STUB_SIZE
%error "STUB_SIZE"
%endif

        section .early.data progbits alloc noexec write align=16

; The first two descriptors are part of the kernel's contract. Aligned, here and
; where it stays, as there are machines that want that.
gdt_load:
        dq      0
        dq      0x00af9b000000ffff      ; SEL_CODE64
        dq      0x00cf93000000ffff      ; SEL_DATA
        dq      0x00cf9b000000ffff      ; SEL_CODE32
        dq      0x00009b000000ffff      ; SEL_CODE16: 64 KiB, byte-grained
        dq      0x000093000000ffff      ; SEL_DATA16
%if ($ - gdt_load) != SEL_TSS
%error "SEL_TSS in layout.h"
%endif

        section .resident.text progbits alloc exec nowrite align=16
        bits    64

; Saves the registers as struct fault_registers (fault.h) has them.
save:   push    rax
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
        cld
        mov     rdi, rsp
        and     rsp, -16
        call    fault_report            ; does not return

        section .resident.rodata progbits alloc noexec nowrite align=8

save_at:
        dq      save
idt_pointer:
        dw      VECTORS * 16 - 1
        dq      RESIDENT_IDT

        section .resident.bss nobits alloc noexec write align=16

; What a BIOS leaves in place of this table is gone after the call.
gdt:    resb    GDT_SIZE
tss:    resb    TSS_SIZE

        section .note.GNU-stack noalloc noexec nowrite progbits
