; SPDX-License-Identifier: 0BSD
; mbr.asm - sector 0: finds our disk, loads one sector and enters it.
;
; That sector is the first of stage2 (LBA 1; by CHS 0/0/2 on every geometry).
; It is entered only when its sum is the one that mkimage wrote into this
; sector: the sum covers the image id, so it proves both that the sector
; arrived whole and that the drive is ours. A BIOS that passes a wrong DL,
; lies about EDD, or fails a few times is survived that way.
;
; It moves out of the way first: stage2 comes in one read, which must not cross
; 64 KiB, so it begins below the place where the BIOS has put this sector. A
; second read would take 1,400 of a small kernel's 80,000 instructions.
;
; in:   cs:ip = 0000:7c00 or 07c0:0000, dl = drive (perhaps); nothing else
;       is known
; out:  jump to 0000:STAGE2_ADDR with dl = drive, di = sectors read there (the
;       first is checked, those behind it came without an error); this sector
;       at STAGE1_ADDR; ds = es = ss = 0, sp = STAGE2_ADDR, interrupts on, DF
;       clear
; fail: prints "stagecoach: disk " and the BIOS status in hex, or "stagecoach:
;       bad loader", on the screen and COM1, then halts
;
; Needs a 386. mkimage fills in the sum, the size of the first read, the disk
; signature and the partition table.

%include "layout.inc"
%include "say.inc"

TRIES           equ     10              ; on one drive, of which
TRIES_CHS       equ     5               ; the last are by CHS
DRIVE_FIRST     equ     0x80
DRIVE_END       equ     0x90
%assign MBR_MOVED       MBR_CODE + 30   ; what is before runs where the BIOS put it
%assign MOVED_ADDR      STAGE1_ADDR + MBR_MOVED
PACKET          equ     STAGE2_ADDR - 16        ; what lies there once pushed
PACKET_COUNT    equ     PACKET + 2

; What runs where the BIOS has put it, and what runs where it has moved: each has
; the addresses of that. An ELF file, for a debugger, gets them from the linker.
%ifidn __?OUTPUT_FORMAT?__, bin
        section .boot start=0 vstart=BOOT_ADDR
        section .moved follows=.boot align=1 vstart=MOVED_ADDR
%else
        global  stage1
        section .boot progbits alloc exec nowrite align=1
        section .moved progbits alloc exec write align=1
%endif

        section .boot
        bits    16

stage1: jmp     short start
        nop

; BIOS parameter block. Some BIOSes write into it, some look at these three
; fields to tell a bootable stick from a blank one. Nothing here is used.
        times   0x0b - ($ - $$) db 0
        dw      SECTOR_SIZE             ; bytes in a sector
        times   0x18 - ($ - $$) db 0
        dw      18                      ; sectors in a track
        dw      2                       ; heads
        times   MBR_CODE - ($ - $$) db 0

start:  cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, BOOT_ADDR
        mov     ds, ax
        mov     es, ax
        push    ax                      ; known flags: DF, IF, NT, AC clear
        popf
        mov     si, sp
        mov     di, STAGE1_ADDR
        mov     cx, SECTOR_SIZE / 4
        rep     movsd
        jmp     0:moved                 ; some BIOSes start at 07c0:0000
%if ($ - $$) != MBR_MOVED
%error "MBR_MOVED"
%endif

        section .moved

; Begin with the drive the BIOS names, if it can be one, else with 80h.
moved:  mov     al, dl
        and     al, 0xf0
        cmp     al, DRIVE_FIRST
        jne     try
        mov     [drive], dl

; One try. What the BIOS leaves in registers is never relied on, so all that
; lasts is in memory; the packet is made anew, because its count is an output.
try:    mov     sp, STAGE2_ADDR
        cmp     byte [tries], TRIES_CHS
        jbe     .chs
        push    dword 0                 ; LBA, 64 bits
        push    0
        push    STAGE2_LBA
        push    0                       ; to 0:STAGE2_ADDR
        push    STAGE2_ADDR
        push    word [first_read]
        push    16                      ; the packet's size
        mov     si, sp
        mov     ah, 0x42                ; EDD: extended read
        call    int13
        jc      .one
        mov     ax, [first_read]        ; below 256: no status in ah
        cmp     ax, [PACKET_COUNT]
        je      .sum
        jmp     .one

.chs:   mov     ax, 0x0201              ; read one sector
        mov     bx, STAGE2_ADDR
        mov     cx, 0x0002              ; cylinder 0, sector 2
        mov     dh, 0                   ; head 0
        call    int13
        jc      .one
        mov     ah, 0
.one:   mov     word [first_read], 1    ; from now on only what we need

; The sum decides, whatever the carry said (status 11h, "corrected", comes
; with carry set and good data).
.sum:   mov     si, STAGE2_ADDR
        mov     cx, SECTOR_SIZE / 4
        xor     ebx, ebx
.dword: rol     ebx, 1
        add     ebx, [si]
        add     si, 4
        loop    .dword
        cmp     ebx, [sector_sum]
        je      enter

; The message is about the first drive: the others are guesses.
        cmp     byte [guess], DRIVE_FIRST
        jne     .reset
        mov     [status], ah
.reset: mov     ah, 0                   ; reset the disk system
        call    int13
        dec     byte [tries]
        jnz     try

; Not this drive: guess 80h to 8Fh.
        mov     al, [guess]
        cmp     al, DRIVE_END
        jae     fail
        mov     [drive], al
        inc     byte [guess]
        mov     byte [tries], TRIES
        jmp     try

enter:  mov     dl, [drive]
        mov     di, [first_read]
        jmp     STAGE2_ADDR

; Calls INT 13h for our drive and mends what a BIOS may leave behind it.
;
; in:   ax, bx, cx, dh, si as the function wants them
; out:  carry, ax as the BIOS says; ds = es = 0, DF clear, interrupts on
int13:  mov     dl, [drive]             ; AH=41h and others may trash it
        stc                             ; for a BIOS that sets no carry
        sti
        int     0x13
        push    ss
        pop     ds
        push    ss
        pop     es
        cld
        ret

; The last words.
fail:   serial_open
        mov     si, text_name
        call    puts
        mov     si, text_bad
        mov     al, [status]
        test    al, al
        jz      .last
        mov     si, text_disk
        aam     16                      ; ah, al = high, low digit
        call    digit
        xchg    al, ah
        call    digit
        mov     [text_status], ax
.last:  call    puts
halt:   cli
        hlt
        jmp     halt

; al = 0 .. 15 to its hexadecimal digit; ah is kept.
digit:  cmp     al, 10
        sbb     al, 0x69
        das
        ret

        define_puts

text_name:   db "stagecoach: ", 0
text_bad:    db "bad loader", 0
text_disk:   db "disk "
text_status: db "00"
tries:       db TRIES                ; 0 by then: ends text_status
status:      db 0
drive:       db DRIVE_FIRST
guess:       db DRIVE_FIRST

%define AT              (MBR_MOVED + $ - $$)    ; in the sector
%if AT > MBR_FIRST_READ
%error "stage1 runs into the numbers that mkimage fills in"
%endif
        times   MBR_FIRST_READ - AT db 0
first_read:  dw 1
sector_sum:  dd 0
disk_id:     dd 0
             dw 0
        times   MBR_SIGNATURE - AT db 0
        dw      MBR_MAGIC
