; SPDX-License-Identifier: 0BSD
; handoff.asm - the one door out: the machine's state as the contract has it,
; then the kernel's entry. Resident, as it is mapped at one address in both
; the loader's and the kernel's page tables.

%include "layout.inc"

PORT_CMOS       equ     0x70            ; index; bit 7 keeps NMI out
PORT_CMOS_DATA  equ     0x71
CMOS_STATUS     equ     0x0d
PIC1_MASK       equ     0x21
PIC2_MASK       equ     0xa1

        global  handoff

        section .resident.text progbits alloc exec nowrite align=16
        bits    64

; _Noreturn void handoff(const struct handoff *h);
;
; in:   System V ABI: rdi = h; the page at h->stack - 8 is mapped in h->cr3
;       and holds 0 there, the kernel's return address
; out:  the kernel at h->entry, everything as docs/boot-protocol.md says
handoff:
        mov     al, 0xff                ; all interrupt lines masked
        out     PIC1_MASK, al
        out     PIC2_MASK, al

        mov     ecx, MSR_EFER           ; before the tables, which may use NX
        mov     eax, [rdi + HANDOFF_EFER]
        xor     edx, edx
        wrmsr
        mov     ecx, MSR_PAT
        mov     eax, PAT_LOW
        mov     edx, PAT_HIGH
        wrmsr
        mov     eax, CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT
        mov     cr4, rax

; The loader's stack and data are gone with this; what is needed is in
; registers.
        mov     rbx, [rdi + HANDOFF_ENTRY]
        mov     rbp, [rdi + HANDOFF_STACK]
        mov     rsi, [rdi + HANDOFF_INFO]
        mov     r8, [rdi + HANDOFF_KEEP_MXCSR]
        mov     rax, [rdi + HANDOFF_CR3]
        mov     cr3, rax
        mov     eax, CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE
        mov     cr0, rax
        lea     rsp, [rbp - 8]
        mov     rdi, rsi

        fninit                          ; x87 control word 037Fh
        test    r8d, r8d
        jnz     .mxcsr
        push    MXCSR_DEFAULT
        ldmxcsr [rsp]
        add     rsp, 8
.mxcsr:

        mov     eax, SEL_DATA
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax
        lldt    ax

        mov     al, CMOS_STATUS         ; NMI on: a reporter is armed
        out     PORT_CMOS, al
        in      al, PORT_CMOS_DATA

        push    rbx                     ; popped by the ret below
        xor     eax, eax
        xor     ebx, ebx
        xor     ecx, ecx
        xor     edx, edx
        xor     esi, esi
        xor     ebp, ebp
        xor     r8d, r8d
        xor     r9d, r9d
        xor     r10d, r10d
        xor     r11d, r11d
        xor     r12d, r12d
        xor     r13d, r13d
        xor     r14d, r14d
        xor     r15d, r15d
        push    2                       ; xor leaves its marks there
        popfq
        ret

        section .note.GNU-stack noalloc noexec nowrite progbits
