/* SPDX-License-Identifier: Apache-2.0
 * Tables of 3GPP TS 23.038, clause 6.2.1 (basic and extension table); sizes of TS 23.040, clause 9.2.3.24.1. */
#include "base/gsm.h"

/* The basic table without ASCII and without its escape. */
static const uint16_t basic[] = {
        0x00A1, 0x00A3, 0x00A4, 0x00A5, 0x00A7, 0x00BF, 0x00C4, 0x00C5, 0x00C6, 0x00C7, 0x00C9, 0x00D1, 0x00D6,
        0x00D8, 0x00DC, 0x00DF, 0x00E0, 0x00E4, 0x00E5, 0x00E6, 0x00E8, 0x00E9, 0x00EC, 0x00F1, 0x00F2, 0x00F6,
        0x00F8, 0x00F9, 0x00FC, 0x0393, 0x0394, 0x0398, 0x039B, 0x039E, 0x03A0, 0x03A3, 0x03A6, 0x03A8, 0x03A9,
};

/* Of the printable ASCII, the basic table lacks a backquote; these stand in the extension table. */
static const char extension[] = "^{}\\[~]|\f";
#define EURO 0x20ACu

int gsm_septets(uint32_t c)
{
	for (const char *e = extension; *e; e++)
		if (c == (unsigned char)*e)
			return 2;
	if (c == EURO)
		return 2;
	if (c < 0x80)
		return (c >= ' ' && c != '`' && c != 0x7F) || c == '\n' || c == '\r';
	for (size_t i = 0; i < sizeof basic / sizeof *basic; i++)
		if (basic[i] == c)
			return 1;
	return 0;
}

const char *gsm_lookalike(uint32_t c)
{
	static const struct {
		uint16_t code_point;
		const char *ascii;
	} likes[] = {
	        {0x0060, "'"}, {0x00A0, " "},  {0x00AB, "\""}, {0x00AD, ""},   {0x00B4, "'"}, {0x00BB, "\""},
	        {0x2002, " "}, {0x2003, " "},  {0x2007, " "},  {0x2008, " "},  {0x2009, " "}, {0x200A, " "},
	        {0x200B, ""},  {0x2060, ""},   {0xFEFF, ""},   {0x2010, "-"},  {0x2011, "-"}, {0x2012, "-"},
	        {0x2013, "-"}, {0x2014, "-"},  {0x2015, "-"},  {0x2018, "'"},  {0x2019, "'"}, {0x201A, ","},
	        {0x201B, "'"}, {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x2022, "-"}, {0x2026, "..."},
	        {0x202F, " "}, {0x2032, "'"},  {0x2033, "\""}, {0x2039, "<"},  {0x203A, ">"}, {0x2212, "-"},
	};
	for (size_t i = 0; i < sizeof likes / sizeof *likes; i++)
		if (likes[i].code_point == c)
			return likes[i].ascii;
	return NULL;
}

uint32_t gsm_segments(bool ucs2, size_t units)
{
	size_t alone = ucs2 ? 70 : 160, each = ucs2 ? 67 : 153;
	return units <= alone ? 1 : (uint32_t)((units + each - 1) / each);
}
