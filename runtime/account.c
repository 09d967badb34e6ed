/* SPDX-License-Identifier: Apache-2.0
 * Who belongs to the same account (`account contact.company, domain`): for exits `by account` (rule 9). The index is
 * made in memory when the first event asks for it, from all contacts, and kept up with their revisions after that. What
 * it finds is looked at again, so that an old revision's entry does no harm. */
#include "runtime/engine.h"
#include <stdlib.h>
#include <string.h>

#define BY_ACCOUNT_KEY "by_account"
#define KEYS_MAX       8

/* Domains that say nothing about whom one works for. */
static const char *const FREE_MAIL[] = {
        "aol.com",    "free.fr",     "gmail.com", "gmx.de",         "gmx.net",   "googlemail.com", "hotmail.com",
        "icloud.com", "laposte.net", "live.com",  "mail.com",       "mail.ru",   "me.com",         "msn.com",
        "orange.fr",  "outlook.com", "proton.me", "protonmail.com", "qq.com",    "t-online.de",    "videotron.ca",
        "web.de",     "yahoo.com",   "yahoo.fr",  "yandex.ru",      "ymail.com", "zoho.com",       "163.com"};

static bool is_free_mail(struct slice domain)
{
	for (size_t i = 0; i < sizeof FREE_MAIL / sizeof *FREE_MAIL; i++) {
		if (slice_is(domain, FREE_MAIL[i]))
			return true;
	}
	return false;
}

static uint64_t hash_of(uint32_t row, struct slice value)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325) ^ row;
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * UINT64_C(0x100000001B3);
	}
	return h;
}

/* What the contact's accounts are known by; the values are the keys, their hashes stand in the index. */
static uint32_t keys_of(const struct drive *d, const struct person *person, uint64_t keys[KEYS_MAX])
{
	const struct policy *policy = &d->policy.policy;
	const struct plan_account *rows = PLAN_ROWS(policy, ACCOUNT, account);
	uint32_t n = 0;
	for (uint32_t i = 0; i < PLAN_COUNT(policy, ACCOUNT) && n < KEYS_MAX; i++) {
		struct slice name = PLAN_STRING(policy, rows[i].field), value = {0};
		if (slice_is(name, "domain")) {
			struct slice email = value_slice(person_value(person, d->policy.address[CHANNEL_EMAIL]));
			ptrdiff_t at = slice_find(email, SLICE("@"));
			if (at >= 0)
				value = (struct slice){email.p + at + 1, email.n - (size_t)at - 1};
			if (is_free_mail(value))
				value.n = 0;
		} else {
			name = slice_after(name, "contact.");
			struct value v = person_value(person, numbering_find(&d->fields, name));
			value = v.set && type_is_text((enum plan_type)v.type) ? slice_trim(value_slice(v)) : value;
		}
		if (value.n)
			keys[n++] = hash_of(i, value);
	}
	return n;
}

static bool put(struct drive *d, uint64_t key, int64_t contact_id)
{
	struct account_index *x = &d->accounts;
	if (x->count == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 1024;
		struct account_entry *grown = realloc(x->entries, cap * sizeof *grown);
		if (!grown)
			return drive_fail(d, "out of memory");
		x->entries = grown;
		x->cap = cap;
	}
	x->entries[x->count++] = (struct account_entry){key, contact_id};
	x->sorted = false;
	return true;
}

bool account_revised(struct drive *d, const struct person *person)
{
	uint64_t keys[KEYS_MAX];
	uint32_t n = d->accounts.made ? keys_of(d, person, keys) : 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!put(d, keys[i], person->id))
			return false;
	}
	return true;
}

struct making {
	struct drive *d;
	struct person person;
	bool ok;
};

static void each_contact(void *context, int64_t id, struct slice fields)
{
	struct making *m = context;
	buf_clear(&m->person.packed);
	buf_add_slice(&m->person.packed, fields);
	m->person.id = id;
	if (m->ok && !m->person.packed.failed && person_read(&m->person, m->d->fields.count))
		m->ok = account_revised(m->d, &m->person);
}

static bool make(struct drive *d)
{
	struct making m = {.d = d, .ok = true};
	d->accounts.made = true;
	bool ok = store_contacts(d->store, each_contact, &m) || drive_store_failed(d);
	person_free(&m.person);
	d->accounts.made = ok && m.ok;
	if (!d->accounts.made)
		d->accounts.count = 0;
	return d->accounts.made;
}

static int by_key(const void *a, const void *b)
{
	const struct account_entry *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->contact_id > y->contact_id) - (x->contact_id < y->contact_id);
}

static bool shares(const struct drive *d, const struct person *person, const uint64_t *keys, uint32_t n)
{
	uint64_t own[KEYS_MAX];
	uint32_t own_n = keys_of(d, person, own);
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < own_n; k++) {
			if (keys[i] == own[k])
				return true;
		}
	}
	return false;
}

/* The first entry of that key. */
static size_t find(const struct account_index *x, uint64_t key)
{
	size_t low = 0, high = x->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (x->entries[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Contacts that have one of the keys, as the index says; `found` is the caller's to free. */
static bool collect(struct drive *d, int64_t contact_id, const uint64_t *keys, uint32_t n, int64_t **found,
                    size_t *count)
{
	struct account_index *x = &d->accounts;
	size_t cap = 0;
	for (uint32_t i = 0; i < n; i++) {
		for (size_t e = find(x, keys[i]); e < x->count && x->entries[e].key == keys[i]; e++) {
			if (x->entries[e].contact_id == contact_id ||
			    (*count && (*found)[*count - 1] == x->entries[e].contact_id))
				continue;
			if (*count == cap) {
				cap = cap ? cap * 2 : 64;
				int64_t *grown = realloc(*found, cap * sizeof *grown);
				if (!grown)
					return drive_fail(d, "out of memory");
				*found = grown;
			}
			(*found)[(*count)++] = x->entries[e].contact_id;
		}
	}
	return true;
}

bool account_others(struct drive *d, int64_t contact_id,
                    bool (*each)(struct drive *d, int64_t contact_id, void *context), void *context)
{
	struct account_index *x = &d->accounts;
	struct person person = {0};
	uint64_t keys[KEYS_MAX];
	int64_t *found = NULL;
	size_t count = 0;
	if (!d->by_account || (!x->made && !make(d)))
		return !d->failed;
	if (!x->sorted && x->count)
		qsort(x->entries, x->count, sizeof *x->entries, by_key);
	x->sorted = true;
	bool ok = drive_read_person(d, contact_id, &person) || drive_store_failed(d);
	uint32_t n = ok ? keys_of(d, &person, keys) : 0;
	/* All of them first: what `each` does may revise contacts, and the index with them. */
	ok = ok && collect(d, contact_id, keys, n, &found, &count);
	for (size_t i = 0; ok && i < count; i++) {
		ok = drive_read_person(d, found[i], &person) || drive_store_failed(d);
		ok = ok && (!shares(d, &person, keys, n) || each(d, found[i], context));
	}
	free(found);
	person_free(&person);
	return ok;
}

/* Whether any plan that ever came in force has an exit or arm `by account` is a setting of the store: a plan in flight
 * may not be loaded. */
bool account_load(struct drive *d)
{
	buf_clear(&d->text);
	d->by_account = store_meta_get(d->store, BY_ACCOUNT_KEY, &d->text);
	return store_failed(d->store) == STORE_OK || drive_store_failed(d);
}

bool account_deployed(struct drive *d, const struct plan *plan)
{
	const struct plan_exit *exits = PLAN_ROWS(plan, EXIT, exit);
	const struct plan_arm *arms = PLAN_ROWS(plan, ARM, arm);
	bool asks = false;
	for (uint32_t i = 0; i < PLAN_COUNT(plan, EXIT); i++)
		asks |= exits[i].by_account != 0;
	for (uint32_t i = 0; i < PLAN_COUNT(plan, ARM); i++)
		asks |= arms[i].by_account != 0;
	if (!asks || d->by_account)
		return true;
	d->by_account = true;
	return store_meta_put(d->store, BY_ACCOUNT_KEY, SLICE("1")) || drive_store_failed(d);
}

void account_free(struct drive *d)
{
	free(d->accounts.entries);
	d->accounts = (struct account_index){0};
}
