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

        global  bios_call, real_target, to_compat
        extern  gdt, gdt_pointer, idt_pointer, boot_cr0, a20_mend

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
;       there)
bios_call:
        push    rbx
        push    rbp
        push    r12
        push    r13
        push    r14
        push    r15
        push    rsi                     ; regs, wanted again at the end
        mov     [abs saved_rsp], rsp
        mov     rax, cr3
        mov     [abs saved_cr3], eax    ; the tables lie below 4 GiB
        mov     [abs int_vector], dil
        mov     edi, regs
        mov     ecx, REGS_SIZE / 4
        rep     movsd
        jmp     far dword [abs to_compat]

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
        mov     ax, SEL_DATA16          ; 64 KiB limits, as in real mode
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
        mov     ds, ax
        mov     al, CMOS_STATUS         ; NMI on again: the BIOS owns it
        out     PORT_CMOS, al
        in      al, PORT_CMOS_DATA
        mov     es, [regs + REGS_ES]
        mov     eax, [regs + REGS_EAX]
        mov     ebx, [regs + REGS_EBX]
        mov     ecx, [regs + REGS_ECX]
        mov     edx, [regs + REGS_EDX]
        mov     esi, [regs + REGS_ESI]
        mov     edi, [regs + REGS_EDI]
        mov     ebp, [regs + REGS_EBP]
        mov     ds, [regs + REGS_DS]
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
        mov     esp, REAL_STACK_TOP
        mov     [cs:regs + REGS_DS], ds
        mov     ds, [cs:zero]
        mov     [regs + REGS_EAX], eax
        mov     [regs + REGS_EBX], ebx
        mov     [regs + REGS_ECX], ecx
        mov     [regs + REGS_EDX], edx
        mov     [regs + REGS_ESI], esi
        mov     [regs + REGS_EDI], edi
        mov     [regs + REGS_EBP], ebp
        mov     [regs + REGS_ES], es
        pushfd
        pop     dword [regs + REGS_EFLAGS]
        push    dword 2                 ; NT, AC, IOPL, TF: gone
        popfd
        mov     al, 0x80 | CMOS_STATUS  ; NMI off
        out     PORT_CMOS, al
        in      al, PORT_CMOS_DATA

; Up.
        lgdt    [gdt_pointer]
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
        mov     eax, [saved_cr3]
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
        mov     byte [abs gdt + SEL_TSS + 5], TSS_AVAILABLE
        mov     eax, SEL_TSS
        ltr     ax
        mov     eax, SEL_DATA
        mov     ss, eax
        mov     rsp, [abs saved_rsp]
        pop     rdi
        mov     esi, regs
        mov     ecx, REGS_SIZE / 4
        rep     movsd
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

saved_rsp:
        dq      0
saved_cr3:
        dd      0
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
        align   4
regs:   times   REGS_SIZE db 0

        section .note.GNU-stack noalloc noexec nowrite progbits
