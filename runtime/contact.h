/* SPDX-License-Identifier: Apache-2.0
 * A contact's fields: packed as the store keeps them (number of the name, type, value), and as values by number. Keys
 * are normalised here (rule 16). */
#ifndef SEQ_RUNTIME_CONTACT_H
#define SEQ_RUNTIME_CONTACT_H
#include "base/tz.h"
#include "plan/value.h"
#include "runtime/pack.h"

/* A contact in hand. Zero-initialise; person_free. */
struct person {
	int64_t id;          /* 0: nobody */
	uint64_t generation; /* of the drive's contacts when it was read */
	struct buf packed;
	struct value *values; /* by field number; texts borrow `packed` */
	uint32_t count, cap;
	const struct tz *zone; /* the contact's own, or the workspace's */
};

void person_free(struct person *p);
/* Reads p->packed into p->values. `numbers`: how many field numbers there are. False: damaged, or no memory. */
bool person_read(struct person *p, uint32_t numbers);
struct value person_value(const struct person *p, uint16_t number); /* absent for NAME_NONE */
/* Appends the packed form of values by number. */
void contact_pack(struct buf *out, const struct value *values, uint32_t count);
/* The type and value of one of them, behind its number; a text borrows what is unpacked. False: damaged. */
bool unpack_value(struct unpack *u, struct value *v);
/* "email:ada@x.example": domain and local part in lower case; "phone:+1514…"; else "FIELD:value". */
void contact_key(struct buf *out, enum plan_type type, struct slice field, struct slice value);
/* The key of an address as people write it ("Ada@X.example", "+1 514 555 01 00", "account_no:17"). False: it is none.
 */
bool contact_key_of(struct buf *out, struct slice address);
#endif
