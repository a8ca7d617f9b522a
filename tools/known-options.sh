#!/bin/sh
# SPDX-License-Identifier: 0BSD
# known-options.sh - prints which options a command knows.
#
# usage: known-options.sh COMMAND... -- OPTION...
#
# An option is known if the command succeeds with it.
set -eu

command=
while [ "$1" != -- ]; do
	command="$command $1"
	shift
done
shift
for option in "$@"; do
	# shellcheck disable=SC2086 # a command and its arguments
	if $command "$option" >/dev/null 2>&1; then
		printf '%s\n' "$option"
	fi
done
