/* SPDX-License-Identifier: Apache-2.0
 * A bare re2c loop over the same words and signs as grammar/seq.re: it counts tokens and keeps nothing. What a lexer
 * could reach at most. bare_words.re is made from token.def. */
#include <stddef.h>

size_t bare_lex(const char *at);

size_t bare_lex(const char *at)
{
	const char *marker;
	size_t tokens = 0;
	for (;;) {
		/*!re2c
		re2c:yyfill:enable = 0;
		re2c:define:YYCTYPE = "unsigned char";
		re2c:define:YYCURSOR = at;
		re2c:define:YYMARKER = marker;
		"\x00"                            { return tokens; }
		[ \t\r\n]+                        { continue; }
		"#"[^\n\x00]*                     { continue; }
		["]([^"\\\n\x00]|[\\][^\n\x00])*["] { tokens++; continue; }
		[0-9]+("."[0-9]+)?                { tokens++; continue; }
		[0-9][0-9]":"[0-9][0-9]           { tokens++; continue; }
		[0-9]{4}"-"[0-9]{2}"-"[0-9]{2}    { tokens++; continue; }
		!include "bare_words.re";
		[a-zA-Z_][a-zA-Z0-9_]*            { tokens++; continue; }
		"=="|"!="|"<="|">="|"->"          { tokens++; continue; }
		*                                 { tokens++; continue; }
		*/
	}
}
