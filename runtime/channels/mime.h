/* SPDX-License-Identifier: Apache-2.0
 * From a rendered message to the bytes that travel (RFC 5322, MIME): multipart/alternative, UTF-8, quoted-printable,
 * CRLF. The same message gives the same bytes, so that a retry and a rehearsal are alike. What is in a header is
 * checked here once more, whatever came before (rule 22). */
#ifndef SEQ_RUNTIME_CHANNELS_MIME_H
#define SEQ_RUNTIME_CHANNELS_MIME_H
#include "runtime/render/render.h"

#define MIME_REFERENCES_MAX 20u /* Message-IDs; of more the first and the last ones stay */

/* Once, before the first message; harmless when repeated. */
void mime_init(void);
/* Appends the message. False: error names the header and what is wrong with it; nothing is appended. */
bool mime_encode(const struct rendered *message, struct buf *bytes, struct buf *error);
/* Appends the plain text of a message of ours, as one reads it: decoded, with LF. False: it has none. */
bool mime_text(struct slice message, struct buf *text);
/* Appends an address as it travels: its local part as it is, a non-ASCII domain as A-label. False: it is none, or its
 * local part is not ASCII (error says). */
bool mime_address(struct slice address, struct buf *out, struct buf *error);
/* The next address of a comma-separated list, blanks off; false at its end. */
bool mime_next_address(struct slice *list, struct slice *address);
#endif
