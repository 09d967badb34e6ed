/* SPDX-License-Identifier: Apache-2.0
 * Everything about time: windows, limits and their periods, waits (rules 3, 4, 6, 8, 12). */
#include "base/civil.h"
#include "base/tz.h"
#include "compiler/expression.h"

/* ---- small things ---- */

/* Those that suggestions come from, whatever the machine knows. */
static const char *const common_zones[] = {
        "Africa/Cairo",
        "Africa/Casablanca",
        "Africa/Johannesburg",
        "Africa/Lagos",
        "Africa/Nairobi",
        "America/Anchorage",
        "America/Argentina/Buenos_Aires",
        "America/Bogota",
        "America/Chicago",
        "America/Denver",
        "America/Edmonton",
        "America/Halifax",
        "America/Lima",
        "America/Los_Angeles",
        "America/Mexico_City",
        "America/Montreal",
        "America/New_York",
        "America/Phoenix",
        "America/Santiago",
        "America/Sao_Paulo",
        "America/St_Johns",
        "America/Toronto",
        "America/Vancouver",
        "America/Winnipeg",
        "Asia/Bangkok",
        "Asia/Dubai",
        "Asia/Hong_Kong",
        "Asia/Jakarta",
        "Asia/Jerusalem",
        "Asia/Karachi",
        "Asia/Kolkata",
        "Asia/Manila",
        "Asia/Riyadh",
        "Asia/Seoul",
        "Asia/Shanghai",
        "Asia/Singapore",
        "Asia/Taipei",
        "Asia/Tokyo",
        "Australia/Adelaide",
        "Australia/Brisbane",
        "Australia/Melbourne",
        "Australia/Perth",
        "Australia/Sydney",
        "Europe/Amsterdam",
        "Europe/Athens",
        "Europe/Berlin",
        "Europe/Brussels",
        "Europe/Bucharest",
        "Europe/Copenhagen",
        "Europe/Dublin",
        "Europe/Helsinki",
        "Europe/Istanbul",
        "Europe/Kyiv",
        "Europe/Lisbon",
        "Europe/London",
        "Europe/Luxembourg",
        "Europe/Madrid",
        "Europe/Oslo",
        "Europe/Paris",
        "Europe/Prague",
        "Europe/Rome",
        "Europe/Stockholm",
        "Europe/Vienna",
        "Europe/Warsaw",
        "Europe/Zurich",
        "Pacific/Auckland",
        "Pacific/Honolulu",
        "UTC",
};

/* As people write it: "new york" is "New_York". */
static struct slice zone_city(struct arena *arena, struct slice zone)
{
	struct slice city = zone;
	for (size_t i = 0; i < zone.n; i++)
		if (zone.p[i] == '/')
			city = (struct slice){zone.p + i + 1, zone.n - i - 1};
	city = arena_copy(arena, city);
	for (char *p = (char *)city.p; p < city.p + city.n; p++)
		*p = *p == ' ' ? '_' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 'a' - 'A') : *p;
	return city;
}

/* The zone that is spelt nearly so, or whose city is. */
static const char *zone_meant(struct arena *arena, struct slice zone)
{
	enum { COUNT = sizeof common_zones / sizeof *common_zones };
	struct slice zones[COUNT], cities[COUNT];
	for (int i = 0; i < COUNT; i++) {
		zones[i] = slice_of(common_zones[i]);
		cities[i] = zone_city(arena, zones[i]);
	}
	struct slice city = zone_city(arena, zone);
	for (int i = 0; i < COUNT; i++)
		if (slice_eq(city, cities[i]))
			return common_zones[i];
	int near = diag_nearest(zone, zones, COUNT);
	if (near < 0)
		near = diag_nearest(city, cities, COUNT);
	return near < 0 ? NULL : common_zones[near];
}

bool check_zone(struct checker *k, struct ast_name zone)
{
	if (!zone.text.n)
		return false;
	struct module_table *t = k->c->modules;
	if (!t->zones)
		t->zones = tz_db_open(NULL);
	if (t->zones && tz_get(t->zones, zone.text))
		return true;
	struct diag *g = diag_unknown_zone(k->diags, zone.span, zone.text);
	const char *meant = zone_meant(k->arena, zone.text);
	if (meant)
		diag_fix(k->diags, g, zone.span, arena_printf(k->arena, "\"%s\"", meant), FIX_MAYBE,
		         "did you mean \"%s\"?", meant);
	return false;
}

bool check_time_range(struct checker *k, const struct ast *tree, int32_t *from, int32_t *to)
{
	if (!tree || tree->kind != AST_RANGE)
		return false;
	const struct ast_range *r = (const struct ast_range *)tree;
	if (!r->from || !r->to || r->from->kind != AST_TIME || r->to->kind != AST_TIME)
		return false;
	*from = (int32_t)((const struct ast_time *)r->from)->minute;
	*to = (int32_t)((const struct ast_time *)r->to)->minute;
	if (*from != *to)
		return true;
	struct diag *g = diag_empty_range(k->diags, tree->span);
	diag_note(k->diags, g, "for no hours at all leave the day out; for all hours write `window anytime`");
	return false;
}

static int weekday_of(struct slice word)
{
	for (int i = 0; i < 7; i++)
		if (slice_is(word, civil_weekday_words[i]))
			return i;
	return -1;
}

/* ---- windows ---- */

static uint32_t days_of(const struct ast_list *list)
{
	uint32_t bits = 0;
	for (const struct ast *i = list->first; i; i = i->next) {
		if (i->kind != AST_DAYS)
			continue;
		const struct ast_days *d = (const struct ast_days *)i;
		int from = weekday_of(d->from.text), to = d->to.text.n ? weekday_of(d->to.text) : from;
		if (from < 0 || to < 0)
			continue;
		for (int day = from;; day = (day + 1) % 7) { /* fri-mon goes over the weekend */
			bits |= 1u << day;
			if (day == to)
				break;
		}
	}
	return bits;
}

/* `in contact.FIELD`: a zone; where the contact brings none, the window is in the zone that it would be in without. */
static const struct field *check_zone_field(struct checker *k, const struct ast *tree)
{
	static const struct type zone = {.kind = TYPE_ZONE};
	bool only_contact = k->only_contact;
	k->only_contact = true;
	struct expr *e = check_expr(k, tree);
	k->only_contact = only_contact;
	if (e->kind == EXPR_POISON)
		return NULL;
	expr_adopt(e, &zone);
	if (e->kind == EXPR_FIELD && !e->field->input && e->type.kind == TYPE_ZONE)
		return e->field;
	diag_wrong_type(k->diags, e->span, SLICE("a zone of the contact"),
	                e->type.kind == TYPE_ZONE ? SLICE("another zone") : slice_of(type_word(&e->type)));
	return NULL;
}

struct window *check_window(struct checker *k, const struct ast *tree)
{
	if (!tree || tree->kind != AST_WINDOW)
		return NULL;
	const struct ast_window *t = (const struct ast_window *)tree;
	struct window *w = ARENA_NEW(k->arena, struct window);
	struct window_part **last = &w->parts;
	w->anytime = t->anytime;
	w->span = tree->span;
	for (const struct ast *i = t->parts.first; i; i = i->next) {
		if (i->kind != AST_WINDOW_PART)
			continue;
		const struct ast_window_part *p = (const struct ast_window_part *)i;
		struct window_part part = {.days = days_of(&p->days)};
		if (!check_time_range(k, p->range, &part.from_minute, &part.to_minute) || !part.days)
			continue;
		*last = ARENA_NEW(k->arena, struct window_part);
		**last = part;
		last = &(*last)->next;
	}
	if (t->zone && t->zone->kind == AST_STRING) {
		struct ast_name zone = ((const struct ast_string *)t->zone)->value;
		if (check_zone(k, zone))
			w->zone = zone.text;
	} else if (t->zone && t->zone->kind == AST_PATH) {
		w->zone_field = check_zone_field(k, t->zone);
	}
	return w;
}

/* ---- limits and promises ---- */

bool check_limit_what(struct checker *k, struct ast_name word, enum plan_limit_what *out)
{
	static const struct {
		const char *word;
		enum plan_limit_what what;
	} words[] = {
	        {"message", LIMIT_MESSAGES},
	        {"messages", LIMIT_MESSAGES},
	        {"followup", LIMIT_FOLLOWUPS},
	        {"followups", LIMIT_FOLLOWUPS},
	        {"email", LIMIT_EMAIL},
	        {"emails", LIMIT_EMAIL},
	        {"sms", LIMIT_SMS},
	        {"whatsapp", LIMIT_WHATSAPP},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!slice_is(word.text, words[i].word))
			continue;
		*out = words[i].what;
		return true;
	}
	if (!word.text.n)
		return false;
	static const char *const known[] = {"messages", "followups", "emails", "sms", "whatsapp"};
	return check_word(k, word, "limit", known, 5) >= 0;
}

bool check_period(struct checker *k, const struct ast *tree, uint32_t *days)
{
	struct constant c;
	*days = 0;
	if (!tree)
		return true;
	if (!check_duration(k, tree, &c))
		return false;
	if (c.unit == UNIT_DAYS && c.value >= 1 && c.value <= 3650) {
		*days = (uint32_t)c.value;
		return true;
	}
	if (c.unit == UNIT_MONTHS && c.value == 1) {
		*days = MONTH_PERIOD;
		return true;
	}
	diag_wrong_type(k->diags, tree->span, SLICE("days, weeks or `month`"), SLICE("another period"));
	return false;
}

static bool check_count(struct checker *k, struct span span, int64_t count)
{
	if (count >= 1 && count <= 1000000000)
		return true;
	diag_bad_count(k->diags, span, count);
	return false;
}

struct limit *check_limit(struct checker *k, const struct ast_limit *t)
{
	struct limit *l = ARENA_NEW(k->arena, struct limit);
	*l = (struct limit){.count = t->count,
	                    .has_ramp = t->has_ramp,
	                    .ramp_from = t->ramp_from,
	                    .ramp_to = t->ramp_to,
	                    .span = t->node.span};
	bool ok = check_limit_what(k, t->what, &l->what);
	ok = check_count(k, t->node.span, t->count) && ok;
	ok = check_period(k, t->period, &l->period_days) && ok;
	if (t->has_ramp) {
		struct constant over;
		ok = check_duration(k, t->ramp_over, &over) && ok;
		if (ok && (over.unit != UNIT_DAYS || over.value < 1 || l->ramp_from < 1 || l->ramp_to < l->ramp_from ||
		           l->ramp_to > l->count || l->period_days != 1)) {
			struct diag *g = diag_bad_ramp(k->diags, t->node.span);
			diag_note(k->diags, g, "as in `limit 150 messages per day, ramp 20 to 150 over 30 days`");
			ok = false;
		}
		l->ramp_days = ok ? over.value : 0;
	}
	if (t->when)
		l->when = check_condition(k, t->when);
	return ok ? l : NULL;
}

/* ---- waits ---- */

static int32_t minute_of(const struct ast *time)
{
	return time && time->kind == AST_TIME ? (int32_t)((const struct ast_time *)time)->minute : -1;
}

/* a + b - (c + d) as terms from left to right; false: one is no duration. */
static bool add_terms(struct checker *k, const struct ast *tree, bool minus, struct term ***last)
{
	const struct ast_binary *b = tree && tree->kind == AST_BINARY ? (const struct ast_binary *)tree : NULL;
	if (b && (slice_is(b->op.text, "+") || slice_is(b->op.text, "-"))) {
		bool ok = add_terms(k, b->left, minus, last);
		return add_terms(k, b->right, minus != slice_is(b->op.text, "-"), last) && ok;
	}
	const struct expr *culprit;
	struct expr *e = check_expr(k, tree);
	if (e->kind == EXPR_POISON)
		return false;
	if (e->type.kind == TYPE_NUMBER && e->kind == EXPR_CONSTANT) {
		struct slice number = source_text(&k->c->sources, e->span);
		struct diag *g = diag_number_needs_unit(k->diags, e->span, number);
		diag_fix(k->diags, g, e->span, arena_printf(k->arena, "%.*s days", SLICE_ARG(number)), FIX_MAYBE,
		         "`%.*s days`, if days are meant", SLICE_ARG(number));
		return false;
	}
	if (e->type.kind != TYPE_DURATION) {
		struct diag *g = diag_wrong_type(k->diags, e->span, SLICE("a duration"), slice_of(type_word(&e->type)));
		if (e->type.kind == TYPE_DATE || e->type.kind == TYPE_MOMENT)
			diag_note(k->diags, g, "to wait for a date or a moment write `wait until`");
		return false;
	}
	if (!k->flow.ended && expr_may_be_absent(k, e, &culprit)) {
		say_may_be_absent(k, culprit);
		return false;
	}
	struct term *term = ARENA_NEW(k->arena, struct term);
	*term = (struct term){.duration = e, .minus = minus};
	**last = term;
	*last = &term->next;
	return true;
}

/* Whether the sum moves by days and the like, so that it follows the zone's wall clock. */
static bool day_based(const struct term *terms)
{
	for (; terms; terms = terms->next)
		if (terms->duration->kind != EXPR_CONSTANT || terms->duration->constant.unit != UNIT_US)
			return true;
	return false;
}

struct node *check_wait(struct checker *k, const struct ast_wait *t, struct position *position)
{
	struct node *n = ARENA_NEW(k->arena, struct node);
	struct term **last = &n->terms;
	n->kind = NODE_WAIT;
	n->span = t->node.span;
	n->position = position;
	n->at_minute = minute_of(t->at);
	n->weekday = -1;
	if (!add_terms(k, t->amount, false, &last))
		return NULL;
	n->day_based = n->at_minute >= 0 || day_based(n->terms);
	if (n->at_minute >= 0 && !day_based(n->terms)) {
		struct diag *g = diag_at_needs_days(k->diags, t->at->span);
		diag_note(k->diags, g, "`at` sets the time of the day that the wait ends on: `wait 1 day at 09:00`");
		return NULL;
	}
	int64_t sign = 0;
	for (const struct term *term = n->terms; term; term = term->next)
		sign += term->minus ? -1 : 1;
	if (n->terms->minus || (sign < 0 && !n->terms->next)) {
		diag_wrong_type(k->diags, t->amount->span, SLICE("a time from now on"), SLICE("a time that is over"));
		return NULL;
	}
	return n;
}

/* today + 3 days can't be past when it is reached. */
static bool never_past(const struct expr *e)
{
	if (e->kind == EXPR_ADD && e->right->kind == EXPR_CONSTANT && e->right->constant.type == TYPE_DURATION)
		return e->right->constant.value > 0 && (e->left->kind == EXPR_TODAY || never_past(e->left));
	return false;
}

static bool check_otherwise(struct checker *k, const struct ast_wait_until *t, struct node *n)
{
	static const char *const words[] = {
	        [OTHERWISE_CONTINUE] = "continue",
	        [OTHERWISE_EXIT] = "exit",
	        [OTHERWISE_SKIP] = "skip",
	};
	if (!t->otherwise.text.n) {
		if (!n->expr || never_past(n->expr))
			return true;
		struct diag *g = diag_past_moment(k->diags, t->node.span);
		diag_fix(k->diags, g, (struct span){t->node.span.source, t->node.span.end, t->node.span.end},
		         SLICE(" otherwise continue"), FIX_MAYBE, "go on at once when it is past");
		return false;
	}
	int which = check_word(k, t->otherwise, "otherwise", words, 3);
	if (which < 0)
		return false;
	n->otherwise_kind = (enum otherwise_kind)which;
	if (which == OTHERWISE_EXIT)
		n->reason = check_string(k, t->target).text;
	if (which == OTHERWISE_SKIP && t->target) {
		n->otherwise_kind = OTHERWISE_SKIP_TO;
		n->step = check_step_path(k, t->target);
		return n->step != NULL;
	}
	return true;
}

struct node *check_wait_until(struct checker *k, const struct ast_wait_until *t, struct position *position)
{
	struct node *n = ARENA_NEW(k->arena, struct node);
	n->kind = NODE_WAIT_UNTIL;
	n->span = t->node.span;
	n->position = position;
	n->at_minute = minute_of(t->at);
	n->weekday = t->weekday.text.n ? weekday_of(t->weekday.text) : -1;
	n->next_day = t->next;
	n->day_based = true;
	if (t->moment) {
		n->expr = check_expr(k, t->moment);
		if (n->expr->kind == EXPR_POISON)
			return NULL;
		if (n->expr->kind == EXPR_FIELD && n->expr->field->inferred && !n->expr->field->settled) {
			struct field *f = (struct field *)n->expr->field;
			f->type = n->expr->type = (struct type){.kind = TYPE_DATE};
			f->settled = true;
		}
		enum plan_type type = n->expr->type.kind;
		if (type != TYPE_DATE && type != TYPE_MOMENT) {
			struct diag *g = diag_wrong_type(k->diags, n->expr->span, SLICE("a date or a moment"),
			                                 slice_of(type_word(&n->expr->type)));
			if (type == TYPE_DURATION)
				diag_note(k->diags, g, "to wait for a while write `wait 3 days`");
			else if (type == TYPE_YES_NO)
				diag_note(k->diags, g,
				          "what happens is waited for by `wait for click on intro up to 5 days { … }`");
			return NULL;
		}
	} else if (n->weekday < 0 && n->at_minute < 0) {
		return NULL;
	}
	return check_otherwise(k, t, n) ? n : NULL;
}
