#!/bin/sh
# SPDX-License-Identifier: 0BSD
# usb.sh - writes an image to a USB stick, and to nothing else.
#
# usage: usb.sh IMAGE DEVICE
#
# Refuses what is not a whole removable disk, is in use, or is too small; shows
# what it is about to overwrite; asks for its name, unless YES=1; writes, and
# compares what it reads back.
#
# USB_SYS and USB_PROC stand in for /sys and /proc, and the file USB_STICK for a
# stick, so that every refusal can be tested.

set -u

image=${1-}
device=${2-}
sys=${USB_SYS:-/sys}
proc=${USB_PROC:-/proc}

refuse()
{
	printf 'usb: %s: %s\n' "$1" "$2" >&2
	exit 1
}

if [ -z "$image" ] || [ -z "$device" ] || [ $# -ne 2 ]; then
	echo 'usage: make usb DEV=/dev/sdX' >&2
	exit 2
fi
[ -f "$image" ] || refuse "$image" 'is no image file'
[ -e "$device" ] || refuse "$device" 'does not exist'
device=$(readlink -f "$device")
[ -b "$device" ] || [ "$device" = "${USB_STICK-}" ] ||
	refuse "$device" 'is no block device'

name=${device##*/}
node=$sys/class/block/$name
[ -d "$node" ] || refuse "$device" 'is unknown to the kernel'
[ -e "$node/partition" ] && refuse "$device" 'is a partition, not a whole disk'

# A stick says that it is removable; a disk in a USB case says only that it
# hangs on USB.
removable=$(cat "$node/removable" 2>/dev/null)
case $(readlink -f "$node") in
*/usb[0-9]*) removable=1 ;;
esac
[ "$removable" = 1 ] || refuse "$device" 'is not removable'
[ "$(cat "$node/ro" 2>/dev/null)" = 1 ] &&
	refuse "$device" 'is write-protected'

# In use: it or a partition of it is mounted, swapped to, or part of another
# device (LVM, RAID, encryption). The running system's disk is one of these.
for part in "$node" "$node/$name"*; do
	[ -d "$part" ] || continue
	dev=/dev/${part##*/}
	for list in mounts swaps; do
		while read -r source rest; do
			[ -n "$rest" ] && [ "${source#/}" != "$source" ] &&
				[ "$(readlink -f "$source")" = "$dev" ] &&
				refuse "$device" "is in use: $dev (see $list)"
		done <<LIST
$(cat "$proc/$list" 2>/dev/null)
LIST
	done
	for holder in "$part"/holders/*; do
		[ -e "$holder" ] &&
			refuse "$device" "is in use by ${holder##*/}"
	done
done

need=$(wc -c <"$image")
have=$(($(cat "$node/size") * 512))
[ "$have" -ge "$need" ] ||
	refuse "$device" "is too small: $have bytes, the image has $need"

vendor=$(cat "$node/device/vendor" 2>/dev/null)
model=$(cat "$node/device/model" 2>/dev/null)
model=$(printf '%s %s' "$vendor" "$model" | tr -s ' ')
printf '%s: %s, %s MB\n' "$device" "${model:-unknown model}" \
	"$((have / 1000000))"
echo 'Everything on it will be lost.'
if [ "${YES-}" != 1 ]; then
	printf 'Type %s to go on: ' "$name"
	read -r answer || answer=
	[ "$answer" = "$name" ] || refuse "$device" 'left as it is'
fi

dd if="$image" of="$device" bs=1M conv=fsync,notrunc status=progress ||
	refuse "$device" 'could not be written'
sync
# What is compared has to come from the stick, not from memory.
blockdev --flushbufs "$device" 2>/dev/null
head -c "$need" "$device" | cmp -s - "$image" ||
	refuse "$device" 'reads back other bytes than were written'
printf '%s: written and compared, %s bytes\n' "$device" "$need"
