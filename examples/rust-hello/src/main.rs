// SPDX-License-Identifier: 0BSD
//! main.rs - a kernel in Rust: prints through core::fmt what the loader told.

#![no_std]
#![no_main]

#[allow(dead_code)] // not everything is read here
#[path = "../../../include/boot_info.rs"]
mod boot_info;
#[cfg(not(target_os = "none"))]
mod host_target;
mod out;

use boot_info::{BootInfo, Wishes, MEMORY_USABLE};
use core::fmt::Write;
use core::panic::PanicInfo;
use out::Out;

/// What the kernel asks of the loader: mkimage finds it in the file.
static WISHES: Wishes = Wishes {
    stack_size: 256 << 10,
    ..Wishes::NONE
};

#[no_mangle]
pub extern "C" fn _start(info: *const BootInfo) -> ! {
    WISHES.keep();
    // SAFETY: this is the loader's argument, and nothing has been reclaimed.
    let info = unsafe { BootInfo::from_loader(info) }
        .expect("this loader does not speak boot protocol 1");
    // SAFETY: nothing else in this kernel uses the screen or the port.
    let mut out = unsafe { Out::new() };

    out.write_str("Hello World!\n").unwrap();
    report(&mut out, info).unwrap();
    out::end(true)
}

fn report(out: &mut Out, info: &BootInfo) -> core::fmt::Result {
    let usable: u64 = info
        .memory()
        .iter()
        .filter(|range| range.kind == MEMORY_USABLE)
        .map(|range| range.end - range.base)
        .sum();

    writeln!(out, "stack: {} KiB", (info.stack_top - info.stack_base) >> 10)?;
    writeln!(out, "usable memory: {} MiB", usable >> 20)?;
    writeln!(out, "BIOS drive: {:02x}h", info.disk.drive)?;
    for word in info.cmdline().split(|&byte| byte == b' ') {
        if let Ok(word) = core::str::from_utf8(word) {
            writeln!(out, "word: {:?}", word)?;
        }
    }
    Ok(())
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    // SAFETY: whoever held the other one does not come back.
    let mut out = unsafe { Out::new() };

    let _ = writeln!(out, "{}", info);
    out::end(false)
}
