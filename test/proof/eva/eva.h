/* SPDX-License-Identifier: 0BSD */
/*
 * eva.h - what Frama-C's Eva knows by itself, for the mains beside this file.
 *
 * Each eva_main() stands for all the calls that are possible within a bound,
 * and says which bound that is.
 */
#ifndef STAGECOACH_EVA_H
#define STAGECOACH_EVA_H

#include <stddef.h>
#include <stdint.h>

/* Any bytes. */
/*@ requires \valid(p + (0 .. size - 1));
  @ assigns p[0 .. size - 1] \from p[0 .. size - 1];
  @ ensures \initialized(p + (0 .. size - 1));
  @*/
void Frama_C_make_unknown(char *p, size_t size);

/*@ assigns \result \from min, max;
  @ ensures min <= \result <= max;
  @*/
unsigned long long Frama_C_unsigned_long_long_interval(unsigned long long min,
						       unsigned long long max);

#define ANY(object)     Frama_C_make_unknown((char *)&(object), sizeof(object))
#define BETWEEN(min, max)       Frama_C_unsigned_long_long_interval(min, max)

void eva_main(void);

#endif
