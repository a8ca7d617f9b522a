; SPDX-License-Identifier: 0BSD
; bios.asm - the one door to the BIOS: long mode -> real mode and back.
;
; Nothing that the firmware does to the machine's state outlives a call: all
; control registers, tables, segments and flags are set anew on the way up.

%include "layout.inc"

PORT_CMOS       equ     0x70            ; index; bit 7 keeps NMI out
PORT_CMOS_DATA  equ     0x71            ; some want a read after each index
CMOS_STATUS     equ     0x0d
TSS_AVAILABLE   equ     0x89            ; a descriptor's type byte, not busy
C_STACK         equ     STAGE2_STACK_TOP - 0x10000      ; as a segment's base

        global  bios_call, real_target, to_compat
        extern  gdt, gdt_pointer, idt_pointer, boot_cr0, a20_mend

; What a call writes lies apart from all code. QEMU's translator takes a write
; to a page with code in it for a change of that code: 64 MiB, 1,024 calls,
; took a quarter longer with these between the routines.
        absolute REAL_STACK_TOP

saved_rsp:      resd 1                  ; the stack is below 4 GiB
saved_regs:     resd 1

        section .early.text progbits alloc exec nowrite align=1
        bits    64

; void bios_call(uint8_t vector, struct bios_regs *regs);
;
; Runs `int vector` in real mode with the registers in *regs; writes the
; registers and flags the BIOS returned back into *regs.
;
; in:   System V ABI: dil = vector, rsi = regs; long mode, interrupts off
; out:  callee-saved registers, GDT, IDT, CR0, CR3, CR4, EFER, A20 as before
;       the call; interrupts off, DF clear; rax, rcx, rdx, rsi, rdi, r8-r11
;       clobbered
; need: this code and the real-mode stack below 64 KiB (layout.h puts them
;       there), *regs on the C stack, CR3 = LOADER_TABLES
bios_call:
        push    rbx
        push    rbp
        push    r12
        push    r13
        push    r14
        push    r15
        mov     [abs saved_rsp], esp
        mov     [abs saved_regs], esi
        cmp     [rel int_vector], dil   ; see above
        je      .same
        mov     [rel int_vector], dil
.same:  jmp     far dword [rel to_compat]

        bits    32

; Down. Compatibility mode first: paging can only be left from there.
compat: mov     eax, CR0_PE
        mov     cr0, eax                ; paging off: long mode inactive
        mov     ecx, MSR_EFER
        xor     eax, eax                ; LME off, so that a BIOS that turns
        xor     edx, edx                ; paging on gets what it expects
        wrmsr
        xor     eax, eax
        mov     cr4, eax
        mov     al, SEL_DATA16          ; 64 KiB limits, as in real mode
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        lidt    [real_idt]
        jmp     SEL_CODE16:.down16

        bits    16

.down16:
        mov     eax, [boot_cr0]
        and     eax, ~(CR0_PG | CR0_PE) & 0xffffffff
        mov     cr0, eax
        jmp     far word [real_target]
bios_real:
        xor     eax, eax
        mov     ss, ax
        mov     esp, REAL_STACK_TOP
        mov     fs, ax
        mov     gs, ax
        mov     al, CMOS_STATUS         ; NMI on again: the BIOS owns it
        out     PORT_CMOS, al
        in      al, PORT_CMOS_DATA
        push    C_STACK >> 4
        pop     ds
        mov     si, [ss:saved_regs]     ; its offset in that segment
        mov     es, [si + REGS_ES]
        mov     eax, [si + REGS_EAX]
        mov     ebx, [si + REGS_EBX]
        mov     ecx, [si + REGS_ECX]
        mov     edx, [si + REGS_EDX]
        mov     edi, [si + REGS_EDI]
        mov     ebp, [si + REGS_EBP]
        push    word [si + REGS_DS]
        mov     esi, [si + REGS_ESI]
        pop     ds
        stc                             ; for functions that only clear it
        sti
        db      0xcd                    ; int, and its vector; the far jumps
int_vector:                             ; above made the change visible
        db      0

; Back. Nothing is known but cs. Carry and the other result flags are not
; touched before they are stored.
        cli
        cld
        mov     ss, [cs:zero]
        mov     sp, REAL_STACK_TOP
        push    ds
        push    esi
        push    C_STACK >> 4
        pop     ds
        mov     si, [ss:saved_regs]
        pop     dword [si + REGS_ESI]
        pop     word [si + REGS_DS]
        mov     [si + REGS_EAX], eax
        mov     [si + REGS_EBX], ebx
        mov     [si + REGS_ECX], ecx
        mov     [si + REGS_EDX], edx
        mov     [si + REGS_EDI], edi
        mov     [si + REGS_EBP], ebp
        mov     [si + REGS_ES], es
        pushfd
        pop     dword [si + REGS_EFLAGS]
        push    dword 2                 ; NT, AC, IOPL, TF: gone
        popfd
        mov     al, 0x80 | CMOS_STATUS  ; NMI off
        out     PORT_CMOS, al
        in      al, PORT_CMOS_DATA

; Up.
        lgdt    [cs:gdt_pointer]
        mov     eax, CR0_PE | CR0_ET | CR0_NE | CR0_MP
        mov     cr0, eax
        jmp     SEL_CODE32:.up32

        bits    32

.up32:  mov     ax, SEL_DATA
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     eax, CR4_PAE
        mov     cr4, eax
        mov     eax, LOADER_TABLES
        mov     cr3, eax
        mov     ecx, MSR_EFER
        mov     eax, EFER_LME
        xor     edx, edx
        wrmsr
        mov     eax, CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE
        mov     cr0, eax
        jmp     SEL_CODE64:.up64

        bits    64

.up64:  lidt    [abs idt_pointer]
        mov     byte [rel gdt + SEL_TSS + 5], TSS_AVAILABLE
        mov     eax, SEL_TSS
        ltr     ax
        mov     eax, SEL_DATA
        mov     ss, eax
        mov     esp, [abs saved_rsp]
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbp
        pop     rbx

; Some BIOSes leave A20 off. While it is on, the dword at 0 and the one 1 MiB
; above only agree by chance; a20_mend() looks closer.
        mov     eax, [abs 0]
        cmp     eax, [abs 0x100000]
        je      a20_mend
        ret

        section .early.data progbits alloc noexec write align=8

to_compat:
        dd      compat
        dw      SEL_CODE32
; Where the way down ends.
real_target:
        dw      bios_real
zero:   dw      0
real_idt:
        dw      IVT_LIMIT
        dd      0

        section .note.GNU-stack noalloc noexec nowrite progbits
