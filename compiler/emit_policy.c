/* SPDX-License-Identifier: Apache-2.0
 * The workspace to its policy: what claims apply to every sequence (rule 14). */
#include "compiler/emit.h"
#include <assert.h>
#include <stddef.h>

static void add_calendar(struct emit *e, const struct calendar_days *c)
{
	struct plan_calendar row = {.name = emit_string(e, c->name.text), .date = NONE, .date_count = c->count};
	for (uint32_t i = 0; i < c->count; i++) {
		struct plan_calendar_date date = {.day = (uint32_t)c->days[i]};
		uint32_t index = image_add(e->b, SECTION_CALENDAR_DATE, &date);
		if (row.date == NONE)
			row.date = index;
	}
	image_add(e->b, SECTION_CALENDAR, &row);
}

static uint32_t sequence_name(struct emit *e, const struct ast_path *path)
{
	return path && path->parts.last ? emit_string(e, ((const struct ast_word *)path->parts.last)->name.text) : NONE;
}

static void add_channel(struct emit *e, const struct channel *c)
{
	uint32_t count;
	struct plan_mailbox row = {.name = emit_string(e, c->name.text),
	                           .channel = c->kind,
	                           .address = emit_string(e, c->address),
	                           .default_sequence = sequence_name(e, c->default_sequence),
	                           .consent = NONE,
	                           .provider = emit_string(e, c->provider),
	                           .number = emit_string(e, c->number),
	                           .cc_sequence = sequence_name(e, c->cc_sequence),
	                           .cc_too = c->cc_too};
	if (c->assumed)
		row.address = emit_string(e, arena_printf(e->arena, "%.*s@localhost", SLICE_ARG(c->name.text)));
	row.display = emit_text(e, c->display);
	row.signature = emit_text(e, c->signature);
	row.postal = emit_text(e, c->postal);
	uint32_t index = image_add(e->b, SECTION_MAILBOX, &row);
	if (c->consent)
		emit_later(e, c->consent, SECTION_MAILBOX, index, offsetof(struct plan_mailbox, consent));
	emit_limits(e, c->limits, index, &count);
	for (const struct text_list *u = c->from_users; u; u = u->next) {
		struct plan_from_user user = {.mailbox = index, .address = emit_string(e, u->name.text)};
		image_add(e->b, SECTION_FROM_USER, &user);
	}
}

static void add_names(struct emit *e, const struct text_list *list, enum image_section section)
{
	for (; list; list = list->next) {
		uint32_t row = emit_string(e, list->name.text); /* domains, keys and accounts are one string each */
		image_add(e->b, section, &row);
	}
}

/* The contact's own field of that type which decides zone or language: the one of that name, or any zone. */
static uint32_t own_field(struct emit *e, const char *name, enum plan_type type)
{
	const struct field *any = NULL;
	for (const struct field *f = e->c->workspace->first_field; f; f = f->next) {
		if (f->type.kind == type && slice_is(f->name.text, name))
			return emit_string(e, f->name.text);
		if (f->type.kind == TYPE_ZONE && !any)
			any = f;
	}
	return any && type == TYPE_ZONE ? emit_string(e, any->name.text) : NONE;
}

void emit_policy(struct emit *e)
{
	const struct workspace *w = e->c->workspace;
	uint32_t count;
	static_assert(sizeof(struct plan_domain) == sizeof(uint32_t) && sizeof(struct plan_key) == sizeof(uint32_t) &&
	                      sizeof(struct plan_account) == sizeof(uint32_t),
	              "add_names makes all three");
	emit_locales(e, w->locale_count);
	struct plan_workspace row = {.name = emit_string(e, w->name),
	                             .edition = w->edition,
	                             .zone = emit_string(e, w->zone),
	                             .holidays = w->holidays ? 0 : NONE,
	                             .zone_field = own_field(e, "timezone", TYPE_ZONE),
	                             .locale_field = own_field(e, "locale", TYPE_ONE_OF),
	                             .one_per_contact = w->one_per_contact,
	                             .one_purpose = w->one_purpose};
	if (w->holidays)
		add_calendar(e, w->holidays);
	else if (!w->tree) /* a sequence without a workspace may skip holidays: there are none */
		row.holidays = image_add(
		        e->b, SECTION_CALENDAR,
		        &(struct plan_calendar){.name = emit_string(e, SLICE("none")), .date = NONE, .date_count = 0});
	image_add(e->b, SECTION_WORKSPACE, &row);
	add_names(e, w->domains, SECTION_DOMAIN);
	add_names(e, w->keys, SECTION_KEY);
	add_names(e, w->accounts, SECTION_ACCOUNT);
	for (const struct field *f = w->first_field; f; f = f->next)
		emit_field(e, f);
	for (const struct channel *c = w->first_channel; c; c = c->next)
		add_channel(e, c);
	emit_limits(e, w->limits, NONE, &count);
	for (const struct quiet *q = w->quiet; q; q = q->next) {
		struct plan_quiet quiet = {.channel = q->channel,
		                           .from_minute = (uint32_t)q->from_minute,
		                           .to_minute = (uint32_t)q->to_minute};
		image_add(e->b, SECTION_QUIET, &quiet);
	}
	add_retires(e);
	for (uint32_t i = 0; i < UI_COUNT; i++) {
		struct plan_ui ui = {.word = i, .text = emit_text(e, w->ui.words[i])};
		image_add(e->b, SECTION_UI, &ui);
	}
	for (const struct provider *p = w->providers; p; p = p->next) {
		struct plan_provider provider = {.name = emit_string(e, p->name.text), .data = emit_string(e, p->data)};
		image_add(e->b, SECTION_PROVIDER, &provider);
	}
	for (const struct brand_item *i = w->brand; i; i = i->next) {
		struct plan_brand brand = {.key = emit_string(e, i->key), .value = emit_string(e, i->value)};
		image_add(e->b, SECTION_BRAND, &brand);
	}
	emit_texts(e);
	emit_conditions(e);
}
