// SPDX-License-Identifier: 0BSD
// contract.c - the contract kernel: checks on the machine itself all that
// docs/boot-protocol.md promises to a kernel.
//
// Reports on COM1, a line for each check that fails, then the verdict: the
// last line "contract: N checks, M failed", and the exit code of QEMU's
// isa-debug-exit device. Words of the command line choose more:
//
//   ram             write and read back every usable page
//   usable=BYTES    there is at least so much usable memory
//   phys=ADDRESS    physical memory is mapped there
//   base=, slide=   where the kernel lies (kernel_base, kernel_slide)
//   modules=A,B,..  the modules' sizes; check_info.c knows their content
//   code=BYTES      so much of the loader's own code is mapped, in whole pages
//   elf=SIZE sum=S  the raw ELF file was carried: its size, its words' sum
//   lba=0|1         sectors are read by CHS, by LBA
//   edd=VERSION     EDD's, 0 where there is none
//   chs=C/H/S       the disk's geometry; 0/0/0: the BIOS has none
//   rsdp=, display=, ...  the firmware's, see check_firmware.c
//   tell            print where the kernel lies
//   fault=NAME      break a rule instead and let the loader report it

#include "contract.h"

#include "check.h"
#include "cpu.h"
#include "serial.h"

/* QEMU's isa-debug-exit ends with status (value << 1) | 1. */
#define EXIT_PORT       0xf4
#define EXIT_PASS       0x10    /* 33 */
#define EXIT_FAIL       0x11    /* 35 */
/* Bochs ends when these letters arrive. */
#define BOCHS_PORT      0x8900

/* In .data: what the loader makes of .bss is itself under test. */
struct entry_state entry_state = { .unused = 1 };

static const struct {
	const char *name;
	void (*run)(const struct boot_info *info);
} parts[] = {
	{ "entry state", check_entry },
	{ "descriptor tables", check_tables },
	{ "boot_info", check_info },
	{ "firmware and display", check_firmware },
	{ "memory map", check_map },
	{ "page tables", check_paging },
	{ "ram", check_ram },
	/* Behind the writes to all usable memory: nothing has suffered. */
	{ "kernel image", check_kernel },
	{ "modules", check_modules },
};

_Noreturn static void finish(void)
{
	say("contract: %u checks, %u failed\n", checks_done(),
	    checks_failed());
	outb(EXIT_PORT, checks_failed() == 0 ? EXIT_PASS : EXIT_FAIL);
	for (const char *c = "Shutdown"; *c != '\0'; c++)
		outb(BOCHS_PORT, (uint8_t)*c);
	cpu_halt();
}

_Noreturn void contract_main(const struct boot_info *info)
{
	serial_init();
	check_equal("magic", info->magic, BOOT_INFO_MAGIC);
	check_equal("version", info->version, BOOT_INFO_VERSION);
	if (checks_failed() > 0)
		finish();

	say("cmdline: ");
	say_text(info->cmdline);
	say("\n");
	if (option_text(info, "fault") != NULL)
		provoke_fault(info);
	if (option(info, "tell"))
		say("kernel_base %llx\n",
		    (unsigned long long)info->kernel_base);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		unsigned int before = checks_failed();

		parts[i].run(info);
		if (checks_failed() > before)
			say("(in: %s)\n", parts[i].name);
	}
	finish();
}
