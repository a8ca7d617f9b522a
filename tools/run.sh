#!/bin/sh
# SPDX-License-Identifier: 0BSD
# run.sh - boots a kernel in QEMU, with this terminal as its serial console.
#
# usage: run.sh MKIMAGE FOLDER KERNEL
#
# The image is made in FOLDER. From the environment: GUI, QEMU, QEMUFLAGS, and
# what image.sh takes. Exit 0 when the kernel reports success (0x10 at port 0xf4)
# or powers off, 1 when it reports failure, 3 when it resets the machine.
set -eu

mkimage=$1
folder=$2
kernel=$3

image=$folder/$(basename "$kernel" .elf).img
sh "${0%/*}/image.sh" "$mkimage" "$image" "$kernel"

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

# QEMU ends with status 0 at power-off, reset and triple fault alike. What it was
# is told to a QMP client that has said hello, and the third of them by the log.
wires=$(mktemp -d "$folder/wires.XXXXXX")
trap 'rm -rf "$wires"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkfifo "$wires/qmp.in" "$wires/qmp.out"
# Both ends are open before anybody reads or writes: no open waits.
exec 3<>"$wires/qmp.in" 4<>"$wires/qmp.out" 5<"$wires/qmp.out"
echo '{"execute":"qmp_capabilities"}' >&3
cat <&5 >"$wires/events" 3<&- 4<&- &
reader=$!

# The disk is not written to. A triple fault ends the run: no reboot loop.
status=0
# shellcheck disable=SC2086 # QEMUFLAGS are several words
"$QEMU" -machine pc -m 128M -nic none -no-reboot \
	-drive "file=$image,format=raw,if=ide,snapshot=on" \
	-device isa-debug-exit,iobase=0xf4,iosize=0x04 \
	-display $window -monitor none -serial stdio \
	-chardev "pipe,id=stagecoach-qmp,path=$wires/qmp" \
	-mon chardev=stagecoach-qmp,mode=control \
	-d cpu_reset -D "$wires/log" \
	$QEMUFLAGS 3<&- 4<&- 5<&- || status=$?

exec 4<&-
wait $reader

if [ $status = 0 ] &&
		grep -q '"SHUTDOWN".*"guest-reset"' "$wires/events"; then
	what='the kernel reset the machine'
	if grep -q '^Triple fault' "$wires/log"; then
		what='triple fault'
	fi
	echo "run.sh: $what (stagecoach-run $kernel says where)" >&2
	status=3
fi

case $status in
33)	exit 0 ;;
35)	exit 1 ;;
*)	exit $status ;;
esac
