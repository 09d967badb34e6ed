/* SPDX-License-Identifier: Apache-2.0
 * The standard library as tool/embed puts it into the program: every file below stdlib/, in order of path. */
#ifndef SEQ_COMPILER_STDLIB_H
#define SEQ_COMPILER_STDLIB_H
#include <stdint.h>

struct stdlib_file {
	const char *path; /* below stdlib/, '/'-separated: "holidays/ca_qc.seq" */
	const char *text; /* text[n] == 0 */
	uint32_t n;
};

extern const struct stdlib_file stdlib_files[]; /* ascending by path, bytewise */
extern const uint32_t stdlib_file_count;
#endif
