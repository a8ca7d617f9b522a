// SPDX-License-Identifier: 0BSD
//! out.rs - text on the screen and the serial port, as core::fmt wants it.

use core::arch::asm;
use core::fmt;

const COLUMNS: usize = 80;
const ROWS: usize = 25;
const COLOR: u16 = 0x0b00; // light cyan on black
/// The loader maps the VGA text memory at its own physical address.
const SCREEN: *mut u16 = 0xb8000 as *mut u16;

const COM1: u16 = 0x3f8;
const LINE: u16 = COM1 + 3;
const LINE_8N1: u8 = 0x03;
const STATUS: u16 = COM1 + 5;
const STATUS_ROOM: u8 = 0x20;
const PATIENCE: u32 = 100_000; // looks; a byte takes about 100

/// QEMU's isa-debug-exit, which `make run` and tests listen to.
const EXIT: u16 = 0xf4;
const EXIT_OK: u8 = 0x10;
const EXIT_FAILED: u8 = 0x11;

unsafe fn outb(port: u16, value: u8) {
    asm!("out dx, al", in("dx") port, in("al") value,
         options(nomem, nostack, preserves_flags));
}

unsafe fn inb(port: u16) -> u8 {
    let value;
    asm!("in al, dx", in("dx") port, out("al") value,
         options(nomem, nostack, preserves_flags));
    value
}

pub struct Out {
    at: usize,
}

impl Out {
    /// Clears the screen; what follows starts at its top left.
    ///
    /// # Safety
    /// There is no other one: screen and port are nobody else's.
    pub unsafe fn new() -> Out {
        for i in 0..COLUMNS * ROWS {
            SCREEN.add(i).write_volatile(COLOR | b' ' as u16);
        }
        outb(LINE, LINE_8N1);
        Out { at: 0 }
    }

    fn put(&mut self, byte: u8) {
        if byte == b'\n' {
            self.at += COLUMNS - self.at % COLUMNS;
            serial(b'\r');
        } else {
            // SAFETY: `at` is below COLUMNS * ROWS, see the last line but one.
            unsafe {
                SCREEN.add(self.at).write_volatile(COLOR | byte as u16);
            }
            self.at += 1;
        }
        self.at %= COLUMNS * ROWS;
        serial(byte);
    }
}

fn serial(byte: u8) {
    // SAFETY: these ports are the serial port's; without one, the status reads
    // as FFh and the byte goes nowhere.
    unsafe {
        for _ in 0..PATIENCE {
            if inb(STATUS) & STATUS_ROOM != 0 {
                break;
            }
        }
        outb(COM1, byte);
    }
}

impl fmt::Write for Out {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| self.put(byte));
        Ok(())
    }
}

/// Tells a test machine how it went, and halts.
pub fn end(ok: bool) -> ! {
    // SAFETY: where nothing listens at this port, nothing happens.
    unsafe {
        outb(EXIT, if ok { EXIT_OK } else { EXIT_FAILED });
        loop {
            asm!("cli", "hlt", options(nomem, nostack));
        }
    }
}
