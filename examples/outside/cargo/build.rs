// SPDX-License-Identifier: 0BSD
//! build.rs - finds boot_info.rs of the installed Stagecoach.

fn main() {
    let prefix = std::env::var("STAGECOACH")
        .unwrap_or_else(|_| "/usr/local".to_string());
    let twin = format!("{}/include/stagecoach/boot_info.rs", prefix);

    println!("cargo:rerun-if-env-changed=STAGECOACH");
    println!("cargo:rerun-if-changed={}", twin);
    println!("cargo:rustc-env=BOOT_INFO_RS={}", twin);
}
