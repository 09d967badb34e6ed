/* SPDX-License-Identifier: Apache-2.0
 * The alphabet of text messages, 3GPP TS 23.038 (GSM 03.38): what a character costs, and how many segments a text
 * takes. A text that is wholly in the alphabet counts septets, any other 16-bit units (UCS-2). */
#ifndef SEQ_BASE_GSM_H
#define SEQ_BASE_GSM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Septets of a character: 1, 2 (of the extension table), 0: not in the alphabet. */
int gsm_septets(uint32_t code_point);
/* What of the alphabet can stand for the character, or NULL: typographic quotes, dashes, spaces. Nothing
 * ("") for what cannot be seen. */
const char *gsm_lookalike(uint32_t code_point);
/* Segments of that many units: alone 160 septets or 70 units, else 153 or 67 each. 0 units are one segment. */
uint32_t gsm_segments(bool ucs2, size_t units);
#endif
