/* SPDX-License-Identifier: 0BSD */
/*
 * image.acsl.h - what the contracts of lib/image_read.c speak of, in ACSL: a
 * disk and a sink of which is known what lib/image_file.h says, and no more.
 *
 * The functions have no bodies: what is proved with them holds for whatever
 * keeps their contracts.
 */
#ifndef STAGECOACH_IMAGE_ACSL_H
#define STAGECOACH_IMAGE_ACSL_H

#include <stdint.h>

#include "bytes.acsl.h"
#include "layout.h"

struct image_disk;
struct image_sink;

/* Where the disk puts what it reads, and what else it changes. */
extern uint8_t *any_disk_memory;
extern uint64_t any_disk_size;
extern int any_disk_state;
/* Where the sink has bytes put, and what else it changes. */
extern uint8_t *any_sink_memory;
extern uint64_t any_sink_size;
extern int any_sink_state;

/*@
predicate in_disk{L}(uint8_t *p, integer n) =
	lies_in(p, n, any_disk_memory, any_disk_size);
predicate in_sink{L}(uint8_t *p, integer n) =
	lies_in(p, n, any_sink_memory, any_sink_size);
*/

/* What reading with a disk changes, what handing over to the sink does. */
#define DISK_OWN                any_disk_state, \
				any_disk_memory[0 .. any_disk_size - 1]
#define DISK_CHANGES(disk)      (disk)->have, (disk)->have_lba, \
				(disk)->have_sectors, DISK_OWN
#define SINK_CHANGES            any_sink_state, \
				any_sink_memory[0 .. any_sink_size - 1]
/* Buffers: those for blocks, and n of the tables, also as bytes. */
#define BLOCK_BUFFERS(b)        (b)->join[0 .. IMAGE_BLOCK_SIZE - 1], \
				(b)->scratch[0 .. IMAGE_BLOCK_SIZE - 1]
#define TABLE_BUFFERS(b, n)     (b)->table[0 .. (n) - 1], \
				((uint8_t *)(b)->table) \
				[0 .. (n) * SECTOR_SIZE - 1]

/*@ requires \valid(data) && \valid(got);
  @ assigns *data, *got, DISK_OWN;
  @ exits \false;
  @ ensures \result >= 0 && 1 <= *got <= want ==>
  @         in_disk((uint8_t *)*data, *got * SECTOR_SIZE);
  @*/
int any_disk_read(struct image_disk *disk, uint64_t lba, uint64_t want,
		  const uint8_t **data, uint64_t *got);

/*@ requires \valid(room) && size >= 1;
  @ assigns *room, any_sink_state;
  @ exits \false;
  @ ensures 1 <= *room <= size;
  @ ensures \result == \null || in_sink(\result, *room);
  @*/
uint8_t *any_sink_place(struct image_sink *sink, uint64_t offset,
			uint64_t size, uint64_t *room);

#endif
