/* SPDX-License-Identifier: Apache-2.0
 * Text in XML 1.0: escaped, and without what XML cannot hold. */
#ifndef SEQ_BASE_XML_H
#define SEQ_BASE_XML_H
#include "base/buf.h"

/* What XML cannot hold, not even escaped, becomes U+FFFD. */
void xml_add(struct buf *out, struct slice text);
/* A blank, and NAME="value"; tabs and newlines stay what they are. */
void xml_add_attribute(struct buf *out, const char *name, struct slice value);
#endif
