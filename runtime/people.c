/* SPDX-License-Identifier: Apache-2.0
 * Contacts in the store: found by any key, revised, never changed in place (rules 15, 16). */
#include "runtime/engine.h"
#include <string.h>

bool contact_find(struct drive *d, struct slice address, int64_t *id, struct buf *error)
{
	buf_clear(&d->key);
	*id = 0;
	if (!contact_key_of(&d->key, address)) {
		buf_addf(error, "\"%.*s\" is neither an e-mail address nor a phone number", SLICE_ARG(address));
		return false;
	}
	*id = store_contact_by_key(d->store, buf_slice(&d->key));
	if (*id < 0)
		return drive_store_failed(d);
	if (*id == 0)
		buf_addf(error, "nobody here is \"%.*s\"", SLICE_ARG(address));
	return *id > 0;
}

bool contact_find_in(struct drive *d, struct slice address, struct slice sequence, int64_t *id, int64_t *sequence_id,
                     struct buf *error)
{
	const struct loaded_sequence *s = sequence.n ? drive_sequence(d, sequence) : NULL;
	if (!contact_find(d, address, id, error))
		return false;
	if (sequence.n && !s)
		buf_addf(error, "there is no sequence \"%.*s\" here", SLICE_ARG(sequence));
	*sequence_id = s ? s->row.id : 0;
	return s || !sequence.n;
}

/* The policy's row of a field number; NONE: it has none. */
static uint32_t field_row(const struct drive *d, uint16_t number)
{
	for (uint32_t i = 0; i < d->policy.field_count; i++) {
		if (d->policy.field_numbers[i] == number)
			return i;
	}
	return NONE;
}

static uint32_t contact_keys(struct drive *d, const struct value *values, uint32_t count, struct buf *memory,
                             struct slice *keys, uint32_t cap)
{
	static const char *const DEFAULT[] = {"email", "phone"};
	const struct policy *policy = &d->policy.policy;
	uint32_t rows = PLAN_COUNT(policy, KEY), n = 0;
	size_t ends[CONTACT_KEYS_MAX];
	for (uint32_t i = 0; i < (rows ? rows : 2) && n < cap && n < CONTACT_KEYS_MAX; i++) {
		struct slice name =
		        rows ? PLAN_STRING(policy, PLAN_ROWS(policy, KEY, key)[i].field) : slice_of(DEFAULT[i]);
		uint16_t number = numbering_find(&d->fields, name);
		if (number >= count || !values[number].set)
			continue;
		if (type_is_text((enum plan_type)values[number].type)) {
			contact_key(memory, (enum plan_type)values[number].type, name, value_slice(values[number]));
		} else {
			buf_addf(memory, "%.*s:", SLICE_ARG(name));
			value_write(memory, values[number]);
		}
		ends[n++] = memory->n;
	}
	for (uint32_t i = 0; i < n; i++) {
		size_t from = i ? ends[i - 1] : 0;
		keys[i] = (struct slice){memory->p + from, ends[i] - from};
	}
	return n;
}

bool person_stage(struct drive *d, struct person *person, int64_t id, struct buf *packed)
{
	struct buf old = person->packed;
	person->packed = *packed;
	*packed = old;
	person->id = id;
	person->generation = 0;
	if (!person_read(person, d->fields.count))
		return false;
	struct slice zone = value_slice(person_value(person, d->policy.zone_field));
	person->zone = zone.n ? tz_get(d->options.zones, zone) : NULL;
	if (!person->zone)
		person->zone = d->policy.zone;
	return true;
}

bool contact_meets(struct drive *d, const struct value *values, uint32_t count, int64_t own_id, int64_t *id,
                   struct buf *why)
{
	struct buf memory = {0};
	struct slice keys[CONTACT_KEYS_MAX];
	uint32_t n = contact_keys(d, values, count, &memory, keys, CONTACT_KEYS_MAX);
	bool ok = !memory.failed;
	*id = own_id;
	for (uint32_t i = 0; ok && i < n; i++) {
		int64_t met = store_contact_by_key(d->store, keys[i]);
		if (met < 0)
			ok = drive_store_failed(d);
		else if (met && *id && met != *id)
			buf_addf(why, "its keys meet two contacts: %.*s is another one's", SLICE_ARG(keys[i]));
		else if (met)
			*id = met;
	}
	if (ok && n == 0)
		buf_adds(why, "it has no key: no e-mail address and no phone number");
	buf_free(&memory);
	return ok || (!d->failed && drive_fail(d, "out of memory"));
}

bool contact_revise(struct drive *d, struct person *person, const struct value *values, uint32_t count, int64_t now_us)
{
	struct buf packed = {0}, memory = {0};
	struct slice keys[CONTACT_KEYS_MAX];
	uint32_t n = contact_keys(d, values, count, &memory, keys, CONTACT_KEYS_MAX);
	contact_pack(&packed, values, count);
	bool is_new = person->id == 0;
	bool ok = !packed.failed && !memory.failed &&
	          store_contact_put(d->store, &person->id, buf_slice(&packed), keys, n, now_us);
	buf_free(&memory);
	if (!ok) {
		buf_free(&packed);
		return drive_store_failed(d);
	}
	d->generation++;
	int64_t id = person->id;
	/* Its values may borrow what the VM gave: they are read again from what was stored. */
	ok = person_stage(d, person, id, &packed);
	buf_free(&packed);
	person->generation = d->generation;
	if (!ok)
		return drive_fail(d, "out of memory");
	return account_revised(d, person) && ((is_new && !dates_any(d)) || event_changed(d, id, now_us));
}

static bool is_option(const struct image *m, uint32_t option, uint32_t count, struct slice text)
{
	for (uint32_t i = 0; option != NONE && i < count; i++) {
		if (slice_eq(image_string(m, IMAGE_ROWS(m, OPTION, option)[option + i].name), text))
			return true;
	}
	return false;
}

bool contact_read_value(const struct image *m, enum plan_type type, uint32_t option, uint32_t option_count,
                        struct slice name, struct slice text, const struct tz *zone, struct arena *memory,
                        struct value *out, struct buf *why)
{
	struct buf scratch = {0};
	const char *reason = "cannot be read";
	text = slice_trim(text);
	*out = (struct value){0};
	bool ok = value_parse(type, text, zone, &scratch, out, &reason);
	if (ok && out->set && type_is_text(type))
		*out = value_text(type, arena_copy(memory, value_slice(*out)));
	buf_free(&scratch);
	if (!ok) {
		buf_addf(why, "%.*s: %s", SLICE_ARG(name), reason);
		return false;
	}
	if (type == TYPE_ONE_OF && out->set && !is_option(m, option, option_count, value_slice(*out))) {
		buf_addf(why, "%.*s: \"%.*s\" is none of its words", SLICE_ARG(name), SLICE_ARG(text));
		return false;
	}
	return true;
}

bool contact_read_field(struct drive *d, const struct drive_field *field, struct value *values, uint32_t count,
                        struct arena *memory, struct buf *why)
{
	struct slice name = slice_after(field->name, "contact.");
	uint16_t number = numbering_find(&d->fields, name);
	uint32_t row = number == NAME_NONE ? NONE : field_row(d, number);
	if (row == NONE || number >= count) {
		buf_addf(why, "there is no contact field \"%.*s\"", SLICE_ARG(name));
		return false;
	}
	const struct plan_field *f = &PLAN_ROWS(&d->policy.policy, FIELD, field)[row];
	struct value v;
	if (!contact_read_value(&d->policy.policy.image, (enum plan_type)f->type, f->option, f->option_count, name,
	                        field->text, d->policy.zone, memory, &v, why))
		return false;
	if (f->type == TYPE_ZONE && v.set && !tz_get(d->options.zones, value_slice(v))) {
		buf_addf(why, "%.*s: \"%.*s\" is no time zone", SLICE_ARG(name), SLICE_ARG(field->text));
		return false;
	}
	values[number] = v;
	return true;
}

static bool set_fields(struct drive *d, int64_t id, const struct drive_field *fields, size_t count,
                       struct arena *memory, int64_t now_us, struct buf *error)
{
	if (!drive_read_person(d, id, &d->person))
		return drive_store_failed(d);
	struct value *values = ARENA_ARRAY(memory, struct value, d->fields.count + 1);
	memcpy(values, d->person.values, d->person.count * sizeof *values);
	for (size_t i = 0; i < count; i++) {
		if (!contact_read_field(d, &fields[i], values, d->fields.count, memory, error))
			return false;
	}
	int64_t met;
	if (!contact_meets(d, values, d->fields.count, id, &met, error) || error->n)
		return false;
	return contact_revise(d, &d->person, values, d->fields.count, now_us);
}

bool drive_contact_set(struct drive *d, struct slice contact, const struct drive_field *fields, size_t count,
                       int64_t now_us, struct buf *error)
{
	int64_t id;
	struct arena memory;
	if (!contact_find(d, contact, &id, error))
		return false;
	arena_init(&memory, 0, NULL);
	bool ok = drive_begin(d) && set_fields(d, id, fields, count, &memory, now_us, error) && drive_commit(d);
	arena_free(&memory);
	if (!ok) {
		drive_abandon(d);
		if (!error->n)
			buf_adds(error, drive_error(d));
	}
	return ok;
}
