/* SPDX-License-Identifier: Apache-2.0
 * Loading plans and policies (container, then verifier, every time), finding things in them by name, and whether a
 * policy offers what a plan needs. */
#include "plan/plan.h"
#include "plan/image_format.h"
#include "plan/value.h"
#include "plan/verify.h"
#include <stdlib.h>
#include <string.h>

/* Opens and verifies; a copy is made when asked for, and when the bytes could not be used in place. */
static bool load(struct image *m, void **owned, enum image_kind kind, const void *bytes, size_t n, bool copy,
                 struct image_error *error)
{
	*owned = NULL;
	if ((copy || (uintptr_t)bytes % 8 != 0) && n <= IMAGE_BYTES_MAX) {
		*owned = malloc(n + 1);
		if (!*owned)
			return image_refuse(error, "out of memory");
		if (n)
			memcpy(*owned, bytes, n);
		bytes = *owned;
	}
	if (image_open(m, kind, bytes, n, error) &&
	    (kind == IMAGE_PLAN ? plan_verify(m, error) : policy_verify(m, error)))
		return true;
	free(*owned);
	*owned = NULL;
	return false;
}

bool plan_verify(const struct image *m, struct image_error *error)
{
	return verify_records(m, error) && verify_code(m, error);
}

bool policy_verify(const struct image *m, struct image_error *error)
{
	return verify_records(m, error) && verify_code(m, error);
}

bool plan_load(struct plan *p, const void *bytes, size_t n, bool copy, struct image_error *error)
{
	*p = (struct plan){.owned = NULL};
	if (!load(&p->image, &p->owned, IMAGE_PLAN, bytes, n, copy, error))
		return false;
	p->sequence = PLAN_ROWS(p, SEQUENCE, sequence);
	p->code = p->image.sections[SECTION_CODE].rows;
	p->code_length = p->image.sections[SECTION_CODE].count;
	return true;
}

void plan_free(struct plan *p)
{
	free(p->owned);
	*p = (struct plan){.owned = NULL};
}

bool policy_load(struct policy *p, const void *bytes, size_t n, bool copy, struct image_error *error)
{
	*p = (struct policy){.owned = NULL};
	if (!load(&p->image, &p->owned, IMAGE_POLICY, bytes, n, copy, error))
		return false;
	p->workspace = PLAN_ROWS(p, WORKSPACE, workspace);
	p->code = p->image.sections[SECTION_CODE].rows;
	p->code_length = p->image.sections[SECTION_CODE].count;
	return true;
}

void policy_free(struct policy *p)
{
	free(p->owned);
	*p = (struct policy){.owned = NULL};
}

/* ---- by name ---- */

/* Strings are sorted: the number of this one, or NONE. */
static uint32_t find_string(const struct image *m, struct slice text)
{
	uint32_t low = 0, high = m->sections[SECTION_STRINGS].count;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = slice_cmp(image_string(m, mid), text);
		if (order == 0)
			return mid;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NONE;
}

/* The row whose name, at that offset, is `name`. */
static uint32_t find_row(const struct image *m, uint32_t section, size_t row_size, size_t offset, struct slice name)
{
	uint32_t string = find_string(m, name);
	const char *row = m->sections[section].rows;
	for (uint32_t i = 0; string != NONE && i < m->sections[section].count; i++, row += row_size)
		if (memcmp(row + offset, &string, sizeof string) == 0)
			return i;
	return NONE;
}

#define FIND_ROW(m, NAME, row, field, name)                                                                            \
	find_row((m), SECTION_##NAME, sizeof(struct plan_##row), offsetof(struct plan_##row, field), (name))

uint32_t plan_find_step(const struct plan *p, struct slice name)
{
	return FIND_ROW(&p->image, STEP, step, name, name);
}

uint32_t plan_find_field(const struct image *m, struct slice name)
{
	return FIND_ROW(m, FIELD, field, name, name);
}

uint32_t plan_find_mailbox(const struct policy *p, struct slice name)
{
	return FIND_ROW(&p->image, MAILBOX, mailbox, name, name);
}

uint32_t plan_text_entry(const struct image *m, uint32_t text, struct slice locale)
{
	if (text >= IMAGE_COUNT(m, TEXT))
		return NONE;
	uint32_t row = FIND_ROW(m, LOCALE, locale, name, locale);
	return IMAGE_ROWS(m, TEXT_LOCALE, text_locale)[text * IMAGE_COUNT(m, LOCALE) + (row == NONE ? 0 : row)].entry;
}

/* ---- what a plan needs ---- */

static bool offers_channel(const struct policy *p, struct slice name)
{
	const struct plan_mailbox *mailboxes = PLAN_ROWS(p, MAILBOX, mailbox);
	for (uint32_t i = 0; i < PLAN_COUNT(p, MAILBOX); i++)
		if (slice_is(name, words_CHANNEL[mailboxes[i].channel]))
			return true;
	return false;
}

static bool offers_field(const struct policy *p, struct slice name, struct slice type, struct image_error *error)
{
	uint32_t row = plan_find_field(&p->image, name);
	if (row == NONE)
		return image_refuse(error, "the workspace has no field contact.%.*s, which the sequence uses",
		                    SLICE_ARG(name));
	const char *has = type_name((enum plan_type)PLAN_ROWS(p, FIELD, field)[row].type);
	if (!slice_is(type, has))
		return image_refuse(error, "contact.%.*s is %s in the workspace, but %.*s in the sequence",
		                    SLICE_ARG(name), has, SLICE_ARG(type));
	return true;
}

static bool offers_mailbox(const struct policy *p, struct slice name, struct image_error *error)
{
	return plan_find_mailbox(p, name) != NONE ||
	       image_refuse(error, "the workspace has no mailbox %.*s, which the sequence uses", SLICE_ARG(name));
}

/* The words of a capability up to the next blank; the last one takes the rest. */
static struct slice first_word(struct slice *s)
{
	struct slice word = *s;
	ptrdiff_t blank = slice_find(*s, SLICE(" "));
	word.n = blank < 0 ? s->n : (size_t)blank;
	s->p += word.n + (blank >= 0);
	s->n -= word.n + (blank >= 0);
	return word;
}

static bool offers(const struct policy *p, struct slice capability, struct image_error *error)
{
	struct slice rest = capability, kind = first_word(&rest);
	if (slice_is(kind, "channel"))
		return offers_channel(p, rest) ||
		       image_refuse(error, "the workspace has nothing that sends %.*s", SLICE_ARG(rest));
	if (slice_is(kind, "field")) {
		struct slice name = first_word(&rest);
		return offers_field(p, name, rest, error);
	}
	if (slice_is(kind, "mailbox"))
		return offers_mailbox(p, rest, error);
	if (slice_is(kind, "holidays") && rest.n == 0)
		return p->workspace->holidays != NONE ||
		       image_refuse(error, "the workspace has no holidays, which the sequence skips");
	return image_refuse(error, "the sequence needs \"%.*s\", which this program does not know",
	                    SLICE_ARG(capability));
}

/* The list of capabilities, and beside it what the rows say themselves: a list may leave something out. */
bool policy_offers(const struct policy *policy, const struct plan *plan, struct image_error *error)
{
	const uint32_t *needs = plan->image.sections[SECTION_CAPABILITIES].rows;
	for (uint32_t i = 0; i < plan->image.sections[SECTION_CAPABILITIES].count; i++)
		if (!offers(policy, PLAN_STRING(plan, needs[i]), error))
			return false;
	const struct plan_field *fields = PLAN_ROWS(plan, FIELD, field);
	for (uint32_t i = 0; i < PLAN_COUNT(plan, FIELD); i++)
		if (!offers_field(policy, PLAN_STRING(plan, fields[i].name),
		                  slice_of(type_name((enum plan_type)fields[i].type)), error))
			return false;
	const struct plan_message *messages = PLAN_ROWS(plan, MESSAGE, message);
	for (uint32_t i = 0; i < PLAN_COUNT(plan, MESSAGE); i++)
		if (!offers_channel(policy, slice_of(words_CHANNEL[messages[i].channel])))
			return image_refuse(error, "the workspace has nothing that sends %s",
			                    words_CHANNEL[messages[i].channel]);
	const struct plan_from *from = PLAN_ROWS(plan, FROM, from);
	for (uint32_t i = 0; i < PLAN_COUNT(plan, FROM); i++)
		if (!offers_mailbox(policy, PLAN_STRING(plan, from[i].mailbox), error))
			return false;
	return !(plan->sequence->skip & SKIP_HOLIDAYS) || offers(policy, SLICE("holidays"), error);
}
