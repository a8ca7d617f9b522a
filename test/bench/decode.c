// SPDX-License-Identifier: 0BSD
/*
 * decode.c - how long the loader's decoder takes on this machine.
 *
 * usage: decode FILE
 *
 * Packs FILE's blocks as mkimage --compress=auto does and decodes each by the
 * very objects that are linked into stage2. Prints a row of decode.csv without
 * its first column: blocks, those compressed, their KiB before and after,
 * their sequences, what all of them took at best in ms, what a sequence and a
 * KiB of output cost in ns, by least squares over the blocks, and the ms that
 * auto reckons with.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decompress.h"
#include "pack.h"

#define ROUNDS  9       /* the fastest counts */

/* Sums for the fit of  ns = a * sequences + b * KiB  over blocks. */
struct fit {
	double ss, sk, kk, sn, kn;
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double decode_ns(const struct packed *p)
{
	static uint8_t out[IMAGE_BLOCK_SIZE];
	double best = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double begun = now_ns(), took;
		int err = decompress_lz4(p->data, p->stored_size, out, p->size);

		took = now_ns() - begun;
		if (err != 0 || memcmp(out, p->block, p->size) != 0) {
			fprintf(stderr, "decode: not what was packed\n");
			exit(1);
		}
		if (i == 0 || took < best)
			best = took;
	}
	return best;
}

int main(int argc, char **argv)
{
	static struct packed p;
	struct packer packer;
	struct fit f = { 0 };
	unsigned blocks = 0, compressed = 0;
	double all_ns = 0, all_sequences = 0, kib = 0, stored = 0, det;
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;

	if (file == NULL || packer_open(&packer, PACK_AUTO) != 0) {
		fprintf(stderr, "usage: decode FILE\n");
		return 2;
	}
	while ((p.size = fread(p.block, 1, sizeof(p.block), file)) > 0) {
		double ns, s, k = (double)p.size / 1024;

		memset(p.block + p.size, 0, sizeof(p.block) - p.size);
		pack_block(&packer, &p);
		blocks++;
		if (p.codec != IMAGE_LZ4)
			continue;
		ns = decode_ns(&p);
		s = pack_count_sequences(p.data, p.stored_size);
		f.ss += s * s;
		f.sk += s * k;
		f.kk += k * k;
		f.sn += s * ns;
		f.kn += k * ns;
		compressed++;
		all_ns += ns;
		all_sequences += s;
		kib += k;
		stored += (double)p.stored_size / 1024;
	}
	packer_close(&packer);
	fclose(file);
	det = f.ss * f.kk - f.sk * f.sk;
	printf("%u,%u,%.0f,%.0f,%.0f,%.2f,%.2f,%.0f,%.2f\n", blocks, compressed,
	       kib, stored, all_sequences, all_ns / 1e6,
	       det > 0 ? (f.sn * f.kk - f.kn * f.sk) / det : 0,
	       det > 0 ? (f.kn * f.ss - f.sn * f.sk) / det : 0,
	       (all_sequences * PACK_SEQUENCE_NS + kib * PACK_KIB_NS) / 1e6);
	return 0;
}
