/* SPDX-License-Identifier: Apache-2.0
 * What people paste or type that is none of ours, recognised so that a message can say what to write: whole files of
 * other kinds, times and dates of everyday life, characters that only look like ours. Texts in, texts out; nothing is
 * told here. */
#ifndef SEQ_COMPILER_LEX_FOREIGN_H
#define SEQ_COMPILER_LEX_FOREIGN_H
#include "base/arena.h"

/* "UTF-16" and the like when the bytes are a text in such an encoding, else NULL. */
const char *foreign_encoding(struct slice text);
/* What a file that holds nothing of ours seems to be, "a web page (HTML)"; NULL: nothing we know. *start and *end are
 * its first line that is no comment. *sure: whatever else it holds, it is that. */
const char *foreign_file(struct slice text, uint32_t *start, uint32_t *end, bool *sure);

/* Bytes of the opening quote of a text in quotes that are not ours, or of its closing one. */
uint32_t foreign_quote_bytes(struct slice text, bool closing);
/* `9am`, `5:30 p.m.`, `17h00`, `09.00`, `9`: minutes since midnight; -1: no time of day. */
int foreign_time(struct slice text);
/* `3.2.2026`, `03/02/2026`, `March 2, 2026`: writes each reading as 2026-02-03; returns how many there are. */
int foreign_date(struct slice text, char readings[2][11]);
/* A word as a name of ours: small ASCII letters, digits and `_`. *odd is its first character that only looks like a
 * letter of ours, or that is none, 0 for none. Empty: there is no such name. */
struct slice foreign_name(struct arena *arena, struct slice word, uint32_t *odd);
/* `monday` as `mon`; any other name as it is. */
struct slice foreign_weekday(struct slice name);
/* The same text with plain blanks for odd ones, ASCII for full-width signs, and nothing for invisible characters. */
struct slice foreign_plain(struct arena *arena, struct slice text);
/* The end of the last character of the text that foreign_plain would change; 0: it is plain. */
uint32_t foreign_odd_end(struct slice text);
/* "a no-break space", "an invisible character", "a wide `；`"; *todo: what to do about it. */
struct slice foreign_character(struct arena *arena, struct slice sign, struct slice *todo);
#endif
