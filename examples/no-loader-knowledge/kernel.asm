; SPDX-License-Identifier: 0BSD
; kernel.asm - a kernel for any loader that enters 64-bit mode.
;
; in:   long mode; this file's segments mapped where they are linked, and the
;       VGA text memory at its own address; nothing else is relied upon
;
; It takes its own stack, GDT and IDT at once, and proves that they are in use:
; the text on the screen comes from its own breakpoint handler.

        bits    64
        default rel

        global  kernel_main

SCREEN          equ 0xb8000
COLOR           equ 0x0b                ; light cyan on black
BREAKPOINT      equ 3                   ; the vector of int3
GATE            equ 16                  ; bytes of an IDT entry
INTERRUPT_GATE  equ 0x8e                ; present, ring 0, 64-bit interrupt

        section .text

kernel_main:
        cli
        cld
        lea     rsp, [stack_top]

        lgdt    [gdt.pointer]
        push    gdt.code
        lea     rax, [.own_code]
        push    rax
        retfq                           ; loads cs
.own_code:
        mov     eax, gdt.data
        mov     ds, eax
        mov     es, eax
        mov     ss, eax

        ; A gate holds the address of its handler in three pieces.
        lea     rax, [on_breakpoint]
        lea     rdi, [idt + BREAKPOINT * GATE]
        mov     [rdi], ax
        mov     word [rdi + 2], gdt.code
        mov     byte [rdi + 5], INTERRUPT_GATE
        shr     rax, 16
        mov     [rdi + 6], ax
        shr     rax, 16
        mov     [rdi + 8], eax
        lidt    [idt_pointer]

        int3
.halt:
        hlt
        jmp     .halt

on_breakpoint:
        lea     rsi, [text]
        mov     edi, SCREEN
        mov     ah, COLOR
.next:
        lodsb
        test    al, al
        jz      .done
        stosw
        jmp     .next
.done:
        iretq

        section .rodata

text:   db      "Hello World! My stack, my GDT, my IDT.", 0

        align   8
gdt:
        dq      0                       ; the null selector
.code   equ     $ - gdt
        dq      0x00209b0000000000      ; 64-bit code, ring 0, accessed
.data   equ     $ - gdt
        dq      0x0000930000000000      ; data, writable, accessed
.pointer:
        dw      .pointer - gdt - 1
        dq      gdt

idt_pointer:
        dw      (BREAKPOINT + 1) * GATE - 1
        dq      idt

        section .bss

        alignb  16
idt:    resb    (BREAKPOINT + 1) * GATE
        alignb  16
        resb    4096
stack_top:

        section .note.GNU-stack noalloc noexec nowrite progbits
