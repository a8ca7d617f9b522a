#!/bin/sh
# SPDX-License-Identifier: 0BSD
# deps.sh - installs what is needed and missing: Debian, Ubuntu and their kin.
#
# usage: deps.sh SET...
#
# The sets: build (make), run (make run), debug (make gdb, make bochs), test
# (make test), book (make book), bench (make bench), coverage (make coverage),
# long (provers).
# docs/dependencies.md says what each package is for. Elsewhere it
# only says which tools are missing.
set -eu

# What each set needs: packages, and for other systems commands to look for.
packages() {
	case $1 in
	build)
		echo make gcc libc6-dev binutils nasm liblz4-dev
		# Elsewhere the target needs a cross compiler, and CROSS=.
		if [ "$(dpkg --print-architecture)" != amd64 ]; then
			echo gcc-x86-64-linux-gnu binutils-x86-64-linux-gnu
		fi
		;;
	run)
		echo qemu-system-x86 python3
		;;
	test)
		echo libcmocka-dev g++ clang libclang-rt-dev lld rustc cargo cmake
		echo python3-pytest python3-pytest-xdist python3-pytest-timeout
		echo bochs-term qemu-utils
		;;
	debug)
		echo gdb bochs bochsbios vgabios
		;;
	book)
		echo pandoc python3
		;;
	coverage)
		echo gcovr
		;;
	bench)
		echo grub-pc-bin grub-common syslinux syslinux-common mtools
		echo gnuplot-nox
		;;
	long)
		echo frama-c-base why3 z3 cvc4
		;;
	*)
		echo "deps.sh: $1: no such set" >&2
		exit 2
		;;
	esac
}

commands() {
	case $1 in
	build)  echo make gcc ld objcopy nasm ;;
	run)    echo qemu-system-x86_64 python3 ;;
	test)   echo g++ clang ld.lld rustc cargo cmake pytest-3 qemu-img ;;
	debug)  echo gdb bochs ;;
	book)   echo pandoc python3 ;;
	coverage) echo gcovr ;;
	bench)  echo grub-mkimage syslinux mformat gnuplot ;;
	long)   echo frama-c why3 z3 cvc4 ;;
	esac
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = \
		installed ]
}

# As root, or through sudo.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -y \
		-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# The one place that changes the machine. A mirror that is being updated can
# refuse a package that its list still names: a new list helps.
install_packages() {
	for try in 1 2; do
		if apt update && apt install --no-install-recommends "$@"; then
			return 0
		fi
		echo "deps.sh: try $try failed" >&2
	done
	echo "deps.sh: could not install: $*" >&2
	exit 1
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	missing=
	for set in "$@"; do
		for command in $(commands "$set"); do
			command -v "$command" >/dev/null ||
				missing="$missing $command"
		done
	done
	cat >&2 <<-END
	deps.sh: no apt-get here, so nothing was installed.
	Commands that were not found:${missing:- none}
	Libraries, with their headers: lz4 (for make), cmocka (for make test).
	For make test, Python needs pytest, pytest-xdist and pytest-timeout.
	END
	[ -z "$missing" ]
	exit
fi

wanted=
for set in "$@"; do
	wanted="$wanted $(packages "$set")"
done
missing=
for package in $wanted; do
	installed "$package" || missing="$missing $package"
done
if [ -z "$missing" ]; then
	echo "deps: all there"
	exit 0
fi
if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
	echo "deps.sh: neither root nor sudo; as root, run:" >&2
	echo "  apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "deps: installing$missing"
# shellcheck disable=SC2086 # several packages
install_packages $missing
