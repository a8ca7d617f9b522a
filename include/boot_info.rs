// SPDX-License-Identifier: 0BSD
// boot_info.rs - what a kernel receives from Stagecoach: boot_info.h's twin.
//
//     #[allow(dead_code)] // a kernel need not read everything
//     #[path = ".../boot_info.rs"]
//     mod boot_info;
//
//     #[no_mangle]
//     pub extern "C" fn _start(info: *const boot_info::BootInfo) -> ! {
//         let info = unsafe { boot_info::BootInfo::from_loader(info) }.unwrap();
//
// or, where the path comes from elsewhere, `include!` it in such a module.
//
// No dependencies but `core`; Rust 1.57 or newer. boot_info.h has the meaning
// of each field; here `type` is called `kind`, as Rust keeps the word for
// itself. Pointers are behind functions that return slices, so that reading
// what the loader told takes one `unsafe`, at the start.
//
// What the kernel asks of the loader is a static, see `Wishes`.

use core::mem::size_of;
use core::slice;

pub const MAGIC: u64 = 0x414f_4345_4741_5453; // "STAGECOA"
pub const VERSION: u32 = 1;

/// Types of physical memory: `Memory::kind`. New ones may be added.
pub const MEMORY_USABLE: u32 = 1;
pub const MEMORY_RESERVED: u32 = 2;
pub const MEMORY_ACPI: u32 = 3;
pub const MEMORY_NVS: u32 = 4;
pub const MEMORY_BAD: u32 = 5;
pub const MEMORY_KERNEL: u32 = 6;
pub const MEMORY_RECLAIMABLE: u32 = 7;
pub const MEMORY_FRAMEBUFFER: u32 = 8;

/// Rights of a mapping: `Segment::rights`.
pub const EXECUTE: u32 = 1;
pub const WRITE: u32 = 2;
pub const READ: u32 = 4;

/// `Display::kind`.
pub const DISPLAY_UNKNOWN: u32 = 0;
pub const DISPLAY_TEXT: u32 = 1;
pub const DISPLAY_LINEAR: u32 = 2;

/// `BootInfo::firmware`.
pub const FIRMWARE_UNKNOWN: u32 = 0;
pub const FIRMWARE_BIOS: u32 = 1;

/// Places in `BootInfo::stamps`.
pub const STAMP_START: usize = 0;
pub const STAMP_LONG_MODE: usize = 1;
pub const STAMP_MEMORY_MAP: usize = 2;
pub const STAMP_KERNEL_LOADED: usize = 3;
pub const STAMP_ENTRY: usize = 4;
pub const STAMP_COUNT: usize = 8;

/// Physical memory `base..end`, page-aligned.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Memory {
    pub base: u64,
    pub end: u64,
    pub kind: u32,
    pub reserved: u32,
}

/// Part of the kernel that is contiguous in virtual and physical memory.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Segment {
    pub virt: u64,
    pub phys: u64,
    pub size: u64,
    pub rights: u32,
    pub reserved: u32,
}

/// Template of thread-local storage: copy, then zero the rest.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Tls {
    image: *const u8,
    file_size: u64,
    pub memory_size: u64,
    pub align: u64,
}

/// A file given to mkimage with -m.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Module {
    data: *const u8,
    size: u64,
    name: *const u8,
}

/// The display as the kernel finds it.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Display {
    pub kind: u32,
    pub width: u32,
    pub height: u32,
    pub pitch: u32,
    pub bits_per_pixel: u32,
    pub red_size: u8,
    pub red_shift: u8,
    pub green_size: u8,
    pub green_shift: u8,
    pub blue_size: u8,
    pub blue_shift: u8,
    pub mode: u16,
    pub reserved: [u16; 2],
    pub address: *mut u8,
    pub address_phys: u64,
}

/// A video mode the card offers.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct VideoMode {
    pub width: u32,
    pub height: u32,
    pub pitch: u32,
    pub mode: u16,
    pub bits_per_pixel: u8,
    pub reserved: u8,
    pub red_size: u8,
    pub red_shift: u8,
    pub green_size: u8,
    pub green_shift: u8,
    pub blue_size: u8,
    pub blue_shift: u8,
    pub reserved2: u16,
}

/// The disk the loader came from.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Disk {
    pub drive: u8,
    pub uses_edd: u8,
    pub edd_version: u16,
    pub sector_size: u32,
    pub sectors: u64,
    pub cylinders: u16,
    pub heads: u16,
    pub sectors_per_track: u16,
    pub reserved: u16,
    pub host_bus: [u8; 8],
    pub interface: [u8; 16],
    pub interface_path: [u8; 8],
    pub device_path: [u8; 16],
    pub image_id: u64,
    pub mbr_id: u32,
    pub reserved2: u32,
    pub partition_lba: u64,
    pub partition_sectors: u64,
}

/// The real-time clock at boot.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Time {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub reserved: u8,
}

#[derive(Clone, Copy)]
#[repr(C)]
pub struct BootInfo {
    magic: u64,
    version: u32,
    size: u32,
    loader_name: *const u8,
    loader_version: *const u8,

    memory: *const Memory,
    memory_count: u64,
    pub phys_offset: u64,

    pub kernel_base: u64,
    pub kernel_size: u64,
    pub kernel_slide: u64,
    segments: *const Segment,
    segment_count: u64,
    pub tls: Tls,
    elf: *const u8,
    elf_size: u64,

    pub stack_base: u64,
    pub stack_top: u64,

    cmdline: *const u8,
    cmdline_size: u64,
    modules: *const Module,
    module_count: u64,

    rsdp: *const u8,
    rsdp_size: u64,
    pub rsdp_phys: u64,
    pub smbios_phys: u64,
    pub smbios3_phys: u64,
    pub disk: Disk,
    pub time: Time,

    pub display: Display,
    video_modes: *const VideoMode,
    video_mode_count: u64,
    edid: *const u8,
    edid_size: u64,

    log: *const u8,
    log_size: u64,
    pub stamps: [u64; STAMP_COUNT],
    pub stamp_hz: u64,
    pub stamp_hz_error: u64,

    smbios: *const u8,
    smbios_size: u64,
    smbios3: *const u8,
    smbios3_size: u64,
    kernel_name: *const u8,
    pub firmware: u32,
    pub paging_levels: u32,
}

pub const WISHES_MAGIC: u64 = 0x4853_4957_544f_4f42; // "BOOTWISH"
pub const WISHES_MAGIC2: u64 = 0xd3a4_1c7b_e605_9f28;
pub const WISHES_VERSION: u32 = 1;

/// Bits of `Wishes::required` and `Wishes::flags`.
pub const WISH_STACK_SIZE: u32 = 0x1;
pub const WISH_PHYS_OFFSET: u32 = 0x2;
pub const WISH_VIDEO: u32 = 0x4;
pub const WISH_KASLR: u32 = 0x8;
pub const WISH_VIDEO_MODES: u32 = 0x10;
pub const WISH_EDID: u32 = 0x20;
pub const WISH_GRAPHICS_ONLY: u32 = 0x40;

/// Limits and special values of the wishes.
pub const STACK_MIN: u64 = 0x10000;
pub const STACK_MAX: u64 = 0x4000_0000;
pub const PHYS_NONE: u64 = 1;
pub const PHYS_ALIGN: u64 = 0x4000_0000;
pub const VIDEO_SIDE_MAX: u16 = 16384;

/// `Wishes::video`.
pub const VIDEO_ANY: u32 = 0;
pub const VIDEO_TEXT: u32 = 1;
pub const VIDEO_EXACT: u32 = 2;
pub const VIDEO_BEST: u32 = 3;
pub const VIDEO_MINIMUM: u32 = 4;

/// What the kernel asks of the loader; mkimage finds it in the kernel's file.
///
///     static WISHES: Wishes = Wishes {
///         stack_size: 256 << 10,
///         video: boot_info::VIDEO_BEST,
///         ..Wishes::NONE
///     };
///
/// The linker drops what nobody uses, so somewhere in `_start` has to stand
/// `WISHES.keep();`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Wishes {
    pub magic: [u64; 2],
    pub version: u32,
    pub size: u32,
    pub required: u32,
    pub flags: u32,
    pub stack_size: u64,
    pub phys_offset: u64,
    pub video: u32,
    pub width: u16,
    pub height: u16,
    pub bits_per_pixel: u16,
    pub reserved: [u16; 3],
}

impl Wishes {
    /// The defaults.
    pub const NONE: Self = Self {
        magic: [WISHES_MAGIC, WISHES_MAGIC2],
        version: WISHES_VERSION,
        size: size_of::<Self>() as u32,
        required: 0,
        flags: 0,
        stack_size: 0,
        phys_offset: 0,
        video: VIDEO_ANY,
        width: 0,
        height: 0,
        bits_per_pixel: 0,
        reserved: [0; 3],
    };

    /// Uses them, in a way that no compiler sees through.
    #[inline]
    pub fn keep(&'static self) {
        unsafe { core::ptr::read_volatile(&self.size) };
    }
}

/// A slice of what the loader laid out; NULL and 0 stand for "absent".
///
/// # Safety
/// `data` is NULL, or `count` values are there and stay there.
unsafe fn part<'a, T>(data: *const T, count: u64) -> &'a [T] {
    if data.is_null() {
        &[]
    } else {
        slice::from_raw_parts(data, count as usize)
    }
}

/// The bytes of a text that ends with a NUL, without it.
///
/// # Safety
/// `text` is NULL or such a text, and stays there.
unsafe fn text<'a>(text: *const u8) -> &'a [u8] {
    let mut length = 0;
    while !text.is_null() && *text.add(length) != 0 {
        length += 1;
    }
    part(text, length as u64)
}

// The pointers cannot be set from outside this module: what they say was
// written by the loader, which is what the functions below rely on.

impl BootInfo {
    /// What `_start` was given, if a loader of this protocol gave it.
    ///
    /// # Safety
    /// `info` is `_start`'s argument, and the memory of type
    /// `MEMORY_RECLAIMABLE` is not in use for anything else yet.
    pub unsafe fn from_loader(info: *const BootInfo) -> Option<&'static Self> {
        // A loader of another kind may have left anything in the register:
        // the first 16 bytes tell, the rest is looked at only behind them.
        if info.is_null()
            || (*info).magic != MAGIC
            || (*info).version != VERSION
            || ((*info).size as usize) < size_of::<BootInfo>()
        {
            return None;
        }
        Some(&*info)
    }

    pub fn loader_name(&self) -> &[u8] {
        unsafe { text(self.loader_name) }
    }

    pub fn loader_version(&self) -> &[u8] {
        unsafe { text(self.loader_version) }
    }

    /// The memory map: sorted, disjoint, page-aligned.
    pub fn memory(&self) -> &[Memory] {
        unsafe { part(self.memory, self.memory_count) }
    }

    pub fn segments(&self) -> &[Segment] {
        unsafe { part(self.segments, self.segment_count) }
    }

    /// The raw ELF file, if mkimage carried it.
    pub fn elf(&self) -> &[u8] {
        unsafe { part(self.elf, self.elf_size) }
    }

    pub fn cmdline(&self) -> &[u8] {
        unsafe { part(self.cmdline, self.cmdline_size) }
    }

    /// In the order of -m.
    pub fn modules(&self) -> &[Module] {
        unsafe { part(self.modules, self.module_count) }
    }

    /// The ACPI RSDP, a copy.
    pub fn rsdp(&self) -> &[u8] {
        unsafe { part(self.rsdp, self.rsdp_size) }
    }

    pub fn video_modes(&self) -> &[VideoMode] {
        unsafe { part(self.video_modes, self.video_mode_count) }
    }

    pub fn edid(&self) -> &[u8] {
        unsafe { part(self.edid, self.edid_size) }
    }

    pub fn log(&self) -> &[u8] {
        unsafe { part(self.log, self.log_size) }
    }

    /// The SMBIOS 2 entry point, a copy.
    pub fn smbios(&self) -> &[u8] {
        unsafe { part(self.smbios, self.smbios_size) }
    }

    /// The SMBIOS 3 entry point, a copy.
    pub fn smbios3(&self) -> &[u8] {
        unsafe { part(self.smbios3, self.smbios3_size) }
    }

    /// The base name of the file that mkimage was given.
    pub fn kernel_name(&self) -> &[u8] {
        unsafe { text(self.kernel_name) }
    }
}

impl Module {
    pub fn data(&self) -> &[u8] {
        unsafe { part(self.data, self.size) }
    }

    pub fn name(&self) -> &[u8] {
        unsafe { text(self.name) }
    }
}

impl Tls {
    pub fn image(&self) -> &[u8] {
        unsafe { part(self.image, self.file_size) }
    }
}

/// Whether the zeros among ones are exactly `bytes[offset..offset + size]`.
const fn zeros_at<const N: usize>(
    bytes: &[u8; N],
    offset: usize,
    size: usize,
) -> bool {
    let mut i = 0;
    while i < N {
        let inside = i >= offset && i - offset < size;
        if inside != (bytes[i] == 0) {
            return false;
        }
        i += 1;
    }
    offset + size <= N
}

// Each struct's size, then each field's offset and size, in bytes; together
// they fill the struct. The compiler holds this table against the structs
// above, and a test of Stagecoach's holds it against boot_info.h. To see where
// a field lies, zero it in a struct of ones (offset_of! would do since 1.77).
macro_rules! layout {
    ($type:ident: $total:literal {
        $($field:ident: $offset:literal, $size:literal;)*
    }) => {
        const _: () = {
            union Probe {
                fields: $type,
                bytes: [u8; $total],
            }
            assert!(size_of::<$type>() == $total);
            assert!(0 $(+ $size)* == $total);
            $(
                let zeros = Probe { bytes: [0; $total] };
                let mut probe = Probe { bytes: [1; $total] };
                unsafe {
                    probe.fields.$field = zeros.fields.$field;
                    assert!(zeros_at(&probe.bytes, $offset, $size));
                }
            )*
        };
    };
}

layout!(Memory: 24 {
    base: 0, 8;
    end: 8, 8;
    kind: 16, 4;
    reserved: 20, 4;
});

layout!(Segment: 32 {
    virt: 0, 8;
    phys: 8, 8;
    size: 16, 8;
    rights: 24, 4;
    reserved: 28, 4;
});

layout!(Tls: 32 {
    image: 0, 8;
    file_size: 8, 8;
    memory_size: 16, 8;
    align: 24, 8;
});

layout!(Module: 24 {
    data: 0, 8;
    size: 8, 8;
    name: 16, 8;
});

layout!(Display: 48 {
    kind: 0, 4;
    width: 4, 4;
    height: 8, 4;
    pitch: 12, 4;
    bits_per_pixel: 16, 4;
    red_size: 20, 1;
    red_shift: 21, 1;
    green_size: 22, 1;
    green_shift: 23, 1;
    blue_size: 24, 1;
    blue_shift: 25, 1;
    mode: 26, 2;
    reserved: 28, 4;
    address: 32, 8;
    address_phys: 40, 8;
});

layout!(VideoMode: 24 {
    width: 0, 4;
    height: 4, 4;
    pitch: 8, 4;
    mode: 12, 2;
    bits_per_pixel: 14, 1;
    reserved: 15, 1;
    red_size: 16, 1;
    red_shift: 17, 1;
    green_size: 18, 1;
    green_shift: 19, 1;
    blue_size: 20, 1;
    blue_shift: 21, 1;
    reserved2: 22, 2;
});

layout!(Disk: 104 {
    drive: 0, 1;
    uses_edd: 1, 1;
    edd_version: 2, 2;
    sector_size: 4, 4;
    sectors: 8, 8;
    cylinders: 16, 2;
    heads: 18, 2;
    sectors_per_track: 20, 2;
    reserved: 22, 2;
    host_bus: 24, 8;
    interface: 32, 16;
    interface_path: 48, 8;
    device_path: 56, 16;
    image_id: 72, 8;
    mbr_id: 80, 4;
    reserved2: 84, 4;
    partition_lba: 88, 8;
    partition_sectors: 96, 8;
});

layout!(Time: 8 {
    year: 0, 2;
    month: 2, 1;
    day: 3, 1;
    hour: 4, 1;
    minute: 5, 1;
    second: 6, 1;
    reserved: 7, 1;
});

layout!(Wishes: 64 {
    magic: 0, 16;
    version: 16, 4;
    size: 20, 4;
    required: 24, 4;
    flags: 28, 4;
    stack_size: 32, 8;
    phys_offset: 40, 8;
    video: 48, 4;
    width: 52, 2;
    height: 54, 2;
    bits_per_pixel: 56, 2;
    reserved: 58, 6;
});

layout!(BootInfo: 568 {
    magic: 0, 8;
    version: 8, 4;
    size: 12, 4;
    loader_name: 16, 8;
    loader_version: 24, 8;
    memory: 32, 8;
    memory_count: 40, 8;
    phys_offset: 48, 8;
    kernel_base: 56, 8;
    kernel_size: 64, 8;
    kernel_slide: 72, 8;
    segments: 80, 8;
    segment_count: 88, 8;
    tls: 96, 32;
    elf: 128, 8;
    elf_size: 136, 8;
    stack_base: 144, 8;
    stack_top: 152, 8;
    cmdline: 160, 8;
    cmdline_size: 168, 8;
    modules: 176, 8;
    module_count: 184, 8;
    rsdp: 192, 8;
    rsdp_size: 200, 8;
    rsdp_phys: 208, 8;
    smbios_phys: 216, 8;
    smbios3_phys: 224, 8;
    disk: 232, 104;
    time: 336, 8;
    display: 344, 48;
    video_modes: 392, 8;
    video_mode_count: 400, 8;
    edid: 408, 8;
    edid_size: 416, 8;
    log: 424, 8;
    log_size: 432, 8;
    stamps: 440, 64;
    stamp_hz: 504, 8;
    stamp_hz_error: 512, 8;
    smbios: 520, 8;
    smbios_size: 528, 8;
    smbios3: 536, 8;
    smbios3_size: 544, 8;
    kernel_name: 552, 8;
    firmware: 560, 4;
    paging_levels: 564, 4;
});
