// SPDX-License-Identifier: 0BSD
// hello.rs - the kernel of the well-known Rust tutorial: no std, no main, a
// text buffer at 0xb8000, and nothing about a loader.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

static HELLO: &[u8] = b"Hello World!";

#[no_mangle]
pub extern "C" fn _start() -> ! {
    let vga_buffer = 0xb8000 as *mut u8;

    for (i, &byte) in HELLO.iter().enumerate() {
        unsafe {
            vga_buffer.add(i * 2).write_volatile(byte);
            vga_buffer.add(i * 2 + 1).write_volatile(0xb);
        }
    }

    loop {}
}

#[panic_handler]
fn panic(_info: &PanicInfo) -> ! {
    loop {}
}
