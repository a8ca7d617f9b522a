/* SPDX-License-Identifier: 0BSD */
/* json.h - as much JSON as QEMU's monitor makes necessary. */
#ifndef STAGECOACH_RUN_JSON_H
#define STAGECOACH_RUN_JSON_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds the first member of that name, in whatever object of the text, whose
 * value is a string. Its value, cut to size - 1 bytes, goes to value. False if
 * there is none; value is "" then.
 */
bool json_string(const char *text, const char *name, char *value, size_t size);

#endif
