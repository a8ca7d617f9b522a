; SPDX-License-Identifier: 0BSD
; fault.asm - GDT, TSS, IDT, and the first steps of every interrupt: save all
; registers, then fault_report(). Resident: the kernel starts on these tables.

%include "layout.inc"

VECTORS         equ     256
STUB_SIZE       equ     8
STUB_USED       equ     7
STUB_PUSH       equ     0x6a            ; push imm8, jmp rel32
STUB_JMP        equ     0xe9
GATE            equ     0x8e01          ; present interrupt gate, IST 1
TSS_AVAILABLE   equ     0x00008900      ; a descriptor's type, not busy

        global  fault_setup, gdt, tss, idt_pointer
        extern  fault_report

        section .early.text progbits alloc exec nowrite align=16
        bits    32

; Fills in the IDT, its stubs, the TSS and its descriptor. In 32-bit code, so
; that they are there for the first 64-bit instruction.
;
; A stub pushes its vector, less 128 to fit a byte, and jumps to `save`. All
; of them stored would be 2 KiB more to read from the disk.
;
; clobbers: eax, ecx, edx, edi
fault_setup:
        mov     edi, RESIDENT_STUBS
        mov     eax, STUB_PUSH | 0x80 << 8 | STUB_JMP << 16
        mov     edx, save
        sub     edx, RESIDENT_STUBS + STUB_USED
.stub:  mov     [edi], eax
        mov     [edi + 3], edx
        inc     ah
        sub     edx, STUB_SIZE
        add     edi, STUB_SIZE
        cmp     ah, 0x80                ; all 256 values done
        jne     .stub

        mov     edi, RESIDENT_IDT
        mov     eax, SEL_CODE64 << 16 | (RESIDENT_STUBS & 0xffff)
        mov     edx, (RESIDENT_STUBS & 0xffff0000) | GATE
        mov     ecx, VECTORS
.gate:  mov     [edi], eax              ; selector, offset 15:0
        mov     [edi + 4], edx          ; offset 31:16, type
        mov     dword [edi + 8], 0      ; offset 63:32
        mov     dword [edi + 12], 0
        add     eax, STUB_SIZE
        add     edi, 16
        loop    .gate

        mov     dword [tss + TSS_IST1], FAULT_STACK_TOP
        mov     word [tss + TSS_IOMAP], TSS_SIZE
        mov     eax, tss
        mov     edx, eax
        shl     edx, 16
        or      edx, TSS_SIZE - 1
        mov     [gdt + SEL_TSS], edx
        shr     eax, 16                 ; base 23:16; it is below 16 MiB
        or      eax, TSS_AVAILABLE
        mov     [gdt + SEL_TSS + 4], eax
        ret

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

        section .resident.data progbits alloc noexec write align=8

; What a BIOS leaves in place of this table is gone after the call. The first
; two descriptors are part of the kernel's contract.
gdt:    dq      0
        dq      0x00af9b000000ffff      ; SEL_CODE64
        dq      0x00cf93000000ffff      ; SEL_DATA
        dq      0x00cf9b000000ffff      ; SEL_CODE32
        dq      0x00009b000000ffff      ; SEL_CODE16: 64 KiB, byte-grained
        dq      0x000093000000ffff      ; SEL_DATA16
        dq      0, 0                    ; SEL_TSS, see fault_setup
%if ($ - gdt) != GDT_SIZE
%error "GDT_SIZE in layout.h"
%endif

idt_pointer:
        dw      VECTORS * 16 - 1
        dq      RESIDENT_IDT

        align   8
tss:    times   TSS_SIZE db 0

        section .note.GNU-stack noalloc noexec nowrite progbits
