#!/bin/sh
# SPDX-License-Identifier: 0BSD
# fetch.sh - ELF files that others made, for test_corpus.py: from packages,
# unpacked below a folder, not installed.
#
# usage: fetch.sh FOLDER
set -eu

# All kinds of machine and type; objects with odd headers, made to be odd.
packages="golang-1.19-src u-boot-qemu syslinux-common systemd-boot-efi"

folder=$1
mkdir -p "$folder"
cd "$folder"
# The newest kernel for clouds: one of many packages with that name.
kernel=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
	sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
for package in $packages $kernel; do
	[ ! -d "$package" ] || continue
	rm -rf part
	mkdir part
	(cd part && apt-get download "$package")
	dpkg -x part/*.deb part/tree
	mv part/tree "$package"
	rm -rf part
	echo "  FETCH   $package"
done
