// SPDX-License-Identifier: 0BSD
// hello.rs - what tutorials have one begin with: no std, no main, letters put
// into text memory at 0xb8000, and nothing about a loader.

#![no_std]
#![no_main]

const CYAN: u16 = 0x0b00;

static TEXT: [u8; 12] = *b"Hello World!";

#[no_mangle]
pub extern "C" fn _start() -> ! {
    let screen = 0xb8000 as *mut u16;

    for (cell, letter) in TEXT.iter().enumerate() {
        unsafe { screen.add(cell).write_volatile(CYAN | u16::from(*letter)) };
    }
    loop {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
