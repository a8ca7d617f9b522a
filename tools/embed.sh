#!/bin/sh
# SPDX-License-Identifier: 0BSD
# embed.sh - prints a C file that holds files as arrays.
#
# usage: embed.sh HEADER NAME=FILE...
#
# HEADER declares, for each NAME, the array NAME and NAME_size. Needs nothing
# but od and sed, and the text depends on nothing but the files' bytes.
set -eu

header=$1
shift
printf '/* Made by embed.sh. */\n#include "%s"\n' "$header"
for pair in "$@"; do
	name=${pair%%=*}
	file=${pair#*=}
	if ! [ -f "$file" ] || ! [ -r "$file" ] || ! [ -s "$file" ]; then
		echo "embed.sh: $file: not a file with something in it" >&2
		exit 1
	fi
	printf '\nconst unsigned char %s[] = {\n' "$name"
	od -A n -v -t u1 "$file" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
	printf '};\nconst size_t %s_size = sizeof(%s);\n' "$name" "$name"
done
