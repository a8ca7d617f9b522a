; SPDX-License-Identifier: 0BSD
; bzimage.asm - the front of a kernel that speaks the Linux boot protocol
; (Documentation/x86/boot.rst, version 2.12): boot sector and one setup sector.
;
; A loader that follows the 32-bit protocol enters the kernel itself; one that
; follows the 16-bit protocol enters `setup`, which gets there the short way.

; Not at 1 MiB, where GRUB unpacks itself: a breakpoint there would be hit early.
KERNEL_ADDR     equ     0x1000000       ; LINUX_ENTRY in payloads.py
KERNEL_DEFAULT  equ     0x100000        ; what code32_start is relative to

        bits    16
        org     0

        times   0x1f1 - ($ - $$) db 0
        db      1                       ; setup_sects
        dw      0
        dd      0                       ; syssize: looked at by nobody here
        dw      0, 0, 0
        dw      0xaa55
        jmp     short setup             ; at 200h: the 16-bit entry
        db      "HdrS"
        dw      0x020c                  ; version
        dd      0
        dw      0, 0                    ; start_sys, kernel_version
        db      0                       ; type_of_loader
        db      1                       ; loadflags: LOADED_HIGH
        dw      0
        dd      KERNEL_DEFAULT          ; code32_start
        dd      0, 0, 0
        dw      0
        db      0, 0
        dd      0                       ; cmd_line_ptr
        dd      0x7fffffff              ; initrd_addr_max
        dd      0x200000                ; kernel_alignment
        db      1, 21                   ; relocatable_kernel, min_alignment
        dw      0                       ; xloadflags
        dd      255                     ; cmdline_size
        times   0x258 - ($ - $$) db 0
        dq      KERNEL_ADDR             ; pref_address
        dd      0                       ; init_size: payloads.py sets it
        dd      0                       ; handover_offset

setup:  cli                             ; cs:0 is 200h behind the front
        xor     eax, eax
        mov     ax, cs
        shl     eax, 4
        add     eax, gdt - 0x200
        mov     [cs:gdt_pointer - 0x200 + 2], eax
        o32 lgdt [cs:gdt_pointer - 0x200]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 0x10:KERNEL_ADDR  ; what code32_start says by now

        align   8
gdt:    dq      0, 0
        dq      0x00cf9a000000ffff      ; 10h: code
        dq      0x00cf92000000ffff      ; 18h: data
gdt_pointer:
        dw      31
        dd      0

        times   0x400 - ($ - $$) db 0
