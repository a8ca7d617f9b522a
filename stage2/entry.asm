; SPDX-License-Identifier: 0BSD
; entry.asm - from real mode to C: checks the CPU, then real -> protected ->
; long mode.
;
; Everything before `long_mode` has been summed by first.asm; the rest of
; stage2 is summed here, in 64-bit code, before any of it runs.
;
; in:   cs:ip = 0000:early_start, ds = es = ss = 0
; out:  main() in long mode: low 4 GiB mapped to themselves, our GDT and IDT,
;       interrupts and NMI off, .bss zero, stack at STAGE2_STACK_TOP
; fail: "stagecoach: this CPU has no ...", "stagecoach: bad loader"

%include "layout.inc"

EFLAGS_ID       equ     1 << 21         ; can be changed: CPUID is there
CPUID_MAX_EXT   equ     0x80000000
CPUID_EXT       equ     0x80000001
EDX_MSR         equ     1 << 5          ; leaf 1
EDX_PAE         equ     1 << 6
EDX_FXSR        equ     1 << 24
EDX_SSE2        equ     1 << 26
EDX_NX          equ     1 << 20         ; leaf 80000001h
EDX_1G          equ     1 << 26
EDX_LM          equ     1 << 29
MISC_FAMILY     equ     0x6d0           ; see unhide_nx
PTE_TABLE       equ     3               ; present, writable
PTE_PAGE        equ     0x83            ; the same, a large page
SIZE_2M_SHIFT   equ     21
SIZE_1G         equ     0x40000000
ENTRIES         equ     512             ; of a page table
PORT_CMOS       equ     0x70            ; index; bit 7 keeps NMI out
PORT_CMOS_DATA  equ     0x71            ; some want a read after each index
CMOS_STATUS     equ     0x0d

        global  early_start, cpu_facts, boot_cr0, gdt_pointer
        extern  real_fail
        extern  gdt, gdt_load, fault_setup, text_bad
        extern  real_target, to_compat
        extern  the_boot, checksum_add, main
        extern  plain_sectors, resident_more_load, resident_more_qwords
        extern  resident_bss, resident_bss_qwords
        extern  rest_sum_start, bss_start, bss_qwords

        section .early.text progbits alloc exec nowrite align=1
        bits    16

early_start:
        pushfd                          ; CPUID: if EFLAGS.ID can be flipped
        pop     eax
        mov     ecx, eax
        xor     eax, EFLAGS_ID
        push    eax
        popfd
        pushfd
        pop     eax
        push    ecx
        popfd
        xor     eax, ecx
        test    eax, EFLAGS_ID
        mov     si, text_no_cpuid
        jz      real_fail

        mov     eax, 1
        cpuid
        mov     [leaf1_edx], edx
        test    dl, 1 << 4              ; has a time stamp counter?
        jz      .no_tsc
        rdtsc
        mov     [start_tsc], eax
        mov     [start_tsc + 4], edx
.no_tsc:

; Old CPUs answer 80000000h with the data of their highest basic leaf: only a
; number above it, compared unsigned, says that the leaf exists.
        mov     eax, CPUID_MAX_EXT
        cpuid
        mov     si, text_no_long_mode
        cmp     eax, CPUID_EXT
        jb      real_fail
        mov     eax, CPUID_EXT
        cpuid
        test    edx, EDX_LM
        jz      real_fail
        test    edx, EDX_NX
        jnz     .nx
        call    unhide_nx
.nx:    xor     eax, eax
        test    edx, EDX_NX
        jz      .no_nx
        or      al, CPU_HAS_NX
.no_nx: test    edx, EDX_1G
        jz      .no_1g
        or      al, CPU_HAS_1G
.no_1g: mov     [cpu_features], eax

        mov     edx, [leaf1_edx]
        mov     si, text_no_pae
        test    edx, EDX_PAE
        jz      real_fail
        mov     si, text_no_msr
        test    edx, EDX_MSR
        jz      real_fail
        mov     si, text_no_sse2
        and     edx, EDX_SSE2 | EDX_FXSR
        cmp     edx, EDX_SSE2 | EDX_FXSR
        jne     real_fail

; Into protected mode. NMI stays off but for the BIOS: its handler is real-mode
; code, and there is a moment on the way when no IDT would fit.
        cli
        mov     al, 0x80 | CMOS_STATUS
        out     PORT_CMOS, al
        in      al, PORT_CMOS_DATA
        lgdt    [gdt_load_pointer]
        lidt    [null_idt]
        mov     eax, cr0
        mov     [boot_cr0], eax         ; what the BIOS calls get back
        or      eax, CR0_PE
        and     eax, ~CR0_PG & 0xffffffff
        mov     cr0, eax
        jmp     SEL_CODE32:protected_mode

; Intel firmware may hide NX behind a bit of IA32_MISC_ENABLE, which exists
; from family 6, model 0dh on.
;
; out:  edx = CPUID 80000001h, as it is then
unhide_nx:
        push    edx
        xor     eax, eax
        cpuid
        pop     eax
        xchg    eax, edx                ; edx: old answer, eax: "ineI"
        cmp     ebx, "Genu"
        jne     .done
        cmp     eax, "ineI"
        jne     .done
        cmp     ecx, "ntel"
        jne     .done
        push    edx
        mov     eax, 1
        cpuid
        pop     edx
        and     eax, 0x0fff0ff0         ; families and models
        mov     ecx, eax
        and     ecx, 0xf00
        cmp     ecx, 0x600
        jne     .other
        cmp     eax, MISC_FAMILY        ; the extended model counts, too
        jb      .done
        jmp     .clear
.other: cmp     ecx, 0xf00
        jne     .done
.clear: mov     ecx, MSR_MISC_ENABLE
        rdmsr
        and     edx, ~MISC_ENABLE_XD_HIGH
        wrmsr
        mov     eax, CPUID_EXT
        cpuid
.done:  ret

        bits    32

protected_mode:
        mov     ax, SEL_DATA
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     esp, STAGE2_STACK_TOP
        push    2                       ; upper half of EFLAGS: clear, too
        popfd

; The low 4 GiB, each address to itself: four 1 GiB pages, or four tables of
; 2 MiB pages. The rest of the first two tables is cleared in long mode, at
; half the price: 1,000 instructions.
        mov     dword [LOADER_TABLES], LOADER_TABLES + PAGE_SIZE + PTE_TABLE
        mov     dword [LOADER_TABLES + 4], 0
        mov     edi, LOADER_TABLES + PAGE_SIZE
        mov     ecx, 4
        mov     eax, PTE_PAGE
        mov     edx, SIZE_1G
        test    byte [cpu_features], CPU_HAS_1G
        jnz     .pdpt
        mov     eax, LOADER_TABLES + 2 * PAGE_SIZE + PTE_TABLE
        mov     edx, PAGE_SIZE
.pdpt:  mov     [edi], eax
        mov     dword [edi + 4], 0
        add     eax, edx
        add     edi, 8
        loop    .pdpt
        test    byte [cpu_features], CPU_HAS_1G
        jnz     .tables
        mov     edi, LOADER_TABLES + 2 * PAGE_SIZE
        mov     ecx, 4 * ENTRIES
        mov     eax, PTE_PAGE
.pd:    mov     [edi], eax
        mov     dword [edi + 4], 0
        add     eax, 1 << SIZE_2M_SHIFT
        add     edi, 8
        loop    .pd
.tables:
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
        jmp     SEL_CODE64:long_mode

        bits    64

long_mode:
        mov     eax, SEL_DATA
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     gs, eax
        mov     ss, eax
        mov     esp, STAGE2_STACK_TOP
        xor     eax, eax
        mov     edi, LOADER_TABLES + 8
        mov     ecx, ENTRIES - 1
        rep     stosq
        add     edi, 4 * 8
        mov     ecx, ENTRIES - 4
        rep     stosq
        mov     rax, cr3                ; forgets what was there before
        mov     cr3, rax

; Nothing but the early part runs before the sum of the rest is right. There is
; no IDT yet: it leads to what has not been summed.
        lea     rdi, [rsp - 16]
        mov     rsp, rdi
        call    sum_rest
        mov     rax, [rsp]
        cmp     rax, [abs STAGE2_ADDR + HDR_REST_SUM]
        jne     .bad
        mov     rax, [rsp + 8]
        cmp     rax, [abs STAGE2_ADDR + HDR_REST_SUM + 8]
        je      .good
.bad:   mov     word [abs real_target], bad_rest
        jmp     far dword [abs to_compat]

; Few kernels need more of the resident part than lies where it stays.
.good:  cmp     word [abs STAGE2_ADDR + HDR_STAGE2_SECTORS], plain_sectors
        jbe     .plain
        mov     esi, resident_more_load
        mov     edi, RESIDENT_MORE
        mov     ecx, resident_more_qwords
        rep     movsq
.plain: mov     edi, resident_bss
        mov     ecx, resident_bss_qwords
        xor     eax, eax
        rep     stosq
        call    fault_setup

        mov     edi, bss_start
        mov     ecx, bss_qwords
        xor     eax, eax
        rep     stosq
; stage1's code goes: there would be code in the page that the BIOS has its data
; in (see bios.asm).
        mov     edi, STAGE1_ADDR
        mov     cl, MBR_FIRST_READ / 8
        rep     stosq
        mov     esp, STAGE2_STACK_TOP
        xor     ebp, ebp
        mov     edi, cpu_facts
        mov     esi, the_boot
        call    main                    ; does not return

; in:   rdi = struct checksum to fill: over stage2's sectors behind the early
sum_rest:
        mov     rax, CHECKSUM_SEED
        mov     [rdi], rax
        mov     qword [rdi + 8], 0
        mov     esi, rest_sum_start
        movzx   edx, word [abs STAGE2_ADDR + HDR_STAGE2_SECTORS]
        dec     edx
        movzx   eax, word [abs STAGE2_ADDR + HDR_EARLY_SECTORS]
        sub     edx, eax
        shl     edx, 9
        jmp     checksum_add

        bits    16

; Back in real mode, but for stack and segments.
bad_rest:
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, REAL_STACK_TOP
        mov     si, text_bad
        jmp     real_fail

        section .early.data progbits alloc noexec write align=8

; The first switch finds the GDT where the disk read left it, all later ones
; where it stays (fault.asm).
gdt_load_pointer:
        dw      GDT_SIZE - 1
        dd      gdt_load
gdt_pointer:
        dw      GDT_SIZE - 1
        dd      gdt, 0
null_idt:
        dw      0
        dd      0

        align   8
; struct cpu_facts (cpu.h)
cpu_facts:
start_tsc:
        dq      0
leaf1_edx:
        dd      0
cpu_features:
        dd      0
boot_cr0:
        dd      0

text_no_cpuid:
        db      "this CPU has no CPUID instruction: too old for x86-64", 0
text_no_long_mode:
        db      "this CPU has no long mode (x86-64)", 0
text_no_pae:
        db      "this CPU has no PAE", 0
text_no_msr:
        db      "this CPU has no RDMSR and WRMSR", 0
text_no_sse2:
        db      "this CPU has no SSE2", 0

        section .note.GNU-stack noalloc noexec nowrite progbits
