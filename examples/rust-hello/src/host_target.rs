// SPDX-License-Identifier: 0BSD
//! host_target.rs - what core expects of a hosted target and a kernel lacks.
//!
//! The target x86_64-unknown-none brings all of this (or needs none of it).

use core::arch::asm;

/// core was compiled for a target that unwinds, and names this function in its
/// tables; with panic=abort nobody calls it.
#[no_mangle]
extern "C" fn rust_eh_personality() {}


// The compiler makes calls of these, and there is no libc to have them. String
// instructions, because the compiler would turn a loop into a call of itself.

#[no_mangle]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, n: usize) -> *mut u8 {
    asm!("rep movsb", inout("rcx") n => _, inout("rdi") to => _,
         inout("rsi") from => _, options(nostack, preserves_flags));
    to
}

#[no_mangle]
unsafe extern "C" fn memmove(
    to: *mut u8,
    from: *const u8,
    n: usize,
) -> *mut u8 {
    // Forwards unless the target's start lies within the source.
    if n == 0 || (to as usize).wrapping_sub(from as usize) >= n {
        return memcpy(to, from, n);
    }
    asm!("std", "rep movsb", "cld", inout("rcx") n => _,
         inout("rdi") to.add(n - 1) => _, inout("rsi") from.add(n - 1) => _,
         options(nostack));
    to
}

#[no_mangle]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, n: usize) -> *mut u8 {
    asm!("rep stosb", inout("rcx") n => _, inout("rdi") to => _,
         in("al") byte as u8, options(nostack, preserves_flags));
    to
}

#[no_mangle]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    for i in 0..n {
        // Volatile: the compiler knows this loop by the name of memcmp.
        let (x, y) = (a.add(i).read_volatile(), b.add(i).read_volatile());
        if x != y {
            return x as i32 - y as i32;
        }
    }
    0
}

#[no_mangle]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    memcmp(a, b, n)
}
