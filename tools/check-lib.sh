#!/bin/sh
# SPDX-License-Identifier: 0BSD
# check-lib.sh - checks that lib/ stands alone.
#
# usage: check-lib.sh OBJECT...
#
# The objects may name each other and what freestanding/string.h declares, and
# nothing else; and they hold no variables, so that nothing in lib/ depends on
# what was called before.
set -eu

given=$("$NM" -A --defined-only "$@")
wanted=$("$NM" -A -u "$@")

missing=$({
	printf '%s\n' "$given" | awk '{ print "given", $NF }'
	printf '%s\n' "$wanted" | awk '{ sub(/:$/, "", $1); print $1, $NF }'
} | awk '$1 == "given" { given[$2] = 1; next }
	!given[$2] { print $1, $2 }')
variables=$(printf '%s\n' "$given" | awk '$(NF - 1) ~ /^[bBdDCsSgG]$/ {
	sub(/:.*/, "", $1); print $1 ": variable " $NF }')

if [ -n "$missing$variables" ]; then
	printf '%s\n' "lib/ has to stand alone:" "$missing" "$variables" >&2
	exit 1
fi
