// SPDX-License-Identifier: 0BSD
//! main.rs - a kernel outside of Stagecoach's tree: says its command line.

#![no_std]
#![no_main]

mod boot_info {
    #![allow(dead_code)] // not everything is read here
    include!(env!("BOOT_INFO_RS"));
}

use boot_info::BootInfo;
use core::arch::asm;
use core::panic::PanicInfo;

const COM1: u16 = 0x3f8;
const EXIT: u16 = 0xf4; // QEMU's isa-debug-exit: the verdict
const EXIT_OK: u8 = 0x10;
const EXIT_FAILED: u8 = 0x11;

fn outb(port: u16, value: u8) {
    // SAFETY: only the two ports above are written to.
    unsafe {
        asm!("out dx, al", in("dx") port, in("al") value,
             options(nomem, nostack, preserves_flags));
    }
}

fn print(text: &[u8]) {
    text.iter().for_each(|&byte| outb(COM1, byte));
}

fn end(verdict: u8) -> ! {
    outb(EXIT, verdict);
    loop {
        // SAFETY: nothing is left to do.
        unsafe { asm!("cli", "hlt", options(nomem, nostack)) };
    }
}

#[no_mangle]
pub extern "C" fn _start(info: *const BootInfo) -> ! {
    // SAFETY: this is the loader's argument, and nothing has been reclaimed.
    match unsafe { BootInfo::from_loader(info) } {
        Some(info) => {
            print(b"Hello ");
            print(info.cmdline());
            print(b"!\n");
            end(EXIT_OK)
        }
        None => end(EXIT_FAILED),
    }
}

#[panic_handler]
fn panic(_info: &PanicInfo) -> ! {
    end(EXIT_FAILED)
}
