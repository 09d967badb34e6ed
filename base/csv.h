/* SPDX-License-Identifier: Apache-2.0
 * Reads CSV (RFC 4180: quotes, doubled quotes, CRLF or LF, a UTF-8 byte order mark), a row at a time in bounded memory.
 * A quote that spoils its row spoils no other: reading goes on at the next line. */
#ifndef SEQ_BASE_CSV_H
#define SEQ_BASE_CSV_H
#include "base/buf.h"
#include <stdio.h>

#define CSV_COLUMNS_MAX   256
#define CSV_ROW_BYTES_MAX (64u << 10)

struct csv {
	FILE *file;
	char separator;     /* of cells: ','; may be set before the first row is read */
	struct buf row;     /* the cells' bytes */
	struct buf raw;     /* the row as it was read; of one that is too long the beginning */
	int64_t begin, end; /* where the row stands in the file, without its line end */
	int64_t at;         /* where reading is */
	uint32_t line;      /* where the row began, from 1 */
	uint32_t next_line;
	struct slice cells[CSV_COLUMNS_MAX];
	int count;
	char error[160]; /* of the row: "line 7: ..." without the line */
};
enum csv_result { CSV_ROW, CSV_BAD /* this row; the next can be read */, CSV_END, CSV_FAILED /* reading failed */ };

void csv_open(struct csv *c, FILE *file); /* borrows file, which can be sought in */
void csv_close(struct csv *c);
/* The next row that is not empty. Cells live until the next call. */
enum csv_result csv_next(struct csv *c);
/* Copies the row, byte for byte, and a line end. False: reading or writing failed. */
bool csv_copy(struct csv *c, FILE *out);
#endif
