/* SPDX-License-Identifier: Apache-2.0
 * Where a telephone number may be: the zones of the countries that have its calling code. */
#ifndef SEQ_BASE_CALLING_CODE_H
#define SEQ_BASE_CALLING_CODE_H
#include "base/slice.h"

/* The calling code of a number in E.164 ("+1514…"), a small number from 1 on; 0: none that is known here. */
size_t calling_code_of(struct slice number);
const char *calling_code_digits(size_t code); /* "1"; "" for 0 */
/* Calls visit for each zone that the code's numbers may be in, by tzdata's table; none for 0, or without that table.
 * False: visit said so, and nothing came after. */
bool calling_code_zones(size_t code, bool (*visit)(void *context, const char *zone), void *context);
#endif
