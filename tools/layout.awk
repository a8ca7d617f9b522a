# SPDX-License-Identifier: 0BSD
# layout.awk - turns layout.h into what NASM reads.

/^#define/ && NF > 2 {
	if ($3 !~ /^(0x[0-9a-f]+|[0-9]+)$/) {
		print FILENAME ":" FNR ": " $2 ": not a plain number" \
			> "/dev/stderr"
		bad = 1
	}
	print "%define", $2, $3
}

END { exit bad }
