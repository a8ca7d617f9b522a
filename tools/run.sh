#!/bin/sh
# SPDX-License-Identifier: 0BSD
# run.sh - boots a kernel in QEMU, with this terminal as its serial console.
#
# usage: run.sh MKIMAGE FOLDER KERNEL
#
# The image is made in FOLDER. From the environment: CMDLINE, MODULES, GUI,
# QEMU, QEMUFLAGS. Exit 0 when the kernel reports success (0x10 at port 0xf4)
# or powers off, 1 when it reports failure.
set -eu

mkimage=$1
folder=$2
kernel=$3

image=$folder/$(basename "$kernel" .elf).img
set -- -o "$image"
if [ -n "$CMDLINE" ]; then
	set -- "$@" -c "$CMDLINE"
fi
for module in $MODULES; do
	set -- "$@" -m "$module"
done
"$mkimage" "$@" "$kernel"

if ! command -v "$QEMU" >/dev/null; then
	echo "$QEMU: not found (make deps run installs it)" >&2
	exit 2
fi

# A window where there is a display and a QEMU that can open one.
window=none
if [ "$GUI" != 0 ] && [ -n "$GUI${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
	for kind in gtk sdl cocoa; do
		if "$QEMU" -display help | grep -qx "$kind"; then
			window=$kind
			break
		fi
	done
	if [ "$window" = none ] && [ "$GUI" = 1 ]; then
		echo "run.sh: this QEMU opens no windows" \
			"(Debian: install qemu-system-gui)" >&2
	fi
fi

# The disk is not written to. A triple fault ends the run: no reboot loop.
status=0
# shellcheck disable=SC2086 # QEMUFLAGS are several words
"$QEMU" -machine pc -m 128M -nic none -no-reboot \
	-drive "file=$image,format=raw,if=ide,snapshot=on" \
	-device isa-debug-exit,iobase=0xf4,iosize=0x04 \
	-display $window -monitor none -serial stdio \
	$QEMUFLAGS || status=$?

case $status in
33)	exit 0 ;;
35)	exit 1 ;;
*)	exit $status ;;
esac
