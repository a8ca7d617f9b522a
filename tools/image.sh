#!/bin/sh
# SPDX-License-Identifier: 0BSD
# image.sh - has mkimage make an image as the make variables say.
#
# usage: image.sh MKIMAGE IMAGE KERNEL
#
# From the environment: CMDLINE, MODULES (files), IMAGEFLAGS (more options).
set -eu

mkimage=$1
kernel=$3

set -- -o "$2"
if [ -n "$CMDLINE" ]; then
	set -- "$@" -c "$CMDLINE"
fi
for module in $MODULES; do
	set -- "$@" -m "$module"
done
# shellcheck disable=SC2086 # several words
"$mkimage" $IMAGEFLAGS "$@" "$kernel"
