/* SPDX-License-Identifier: Apache-2.0
 * Calendars of holidays: dates, ranges of dates, and the calendars that they use, expanded into one sorted list. */
#include "compiler/checker.h"
#include <stdlib.h>

#define RANGE_DAYS_MAX    366
#define CALENDAR_DAYS_MAX 20000u

struct days {
	int32_t *items;
	uint32_t count, cap;
};

static int by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static void add_holiday(struct checker *k, struct days *days, const struct ast_holiday *t)
{
	if (!t->from || t->from->kind != AST_DATE || (t->to && t->to->kind != AST_DATE))
		return;
	int64_t from = ((const struct ast_date *)t->from)->days,
	        to = t->to ? ((const struct ast_date *)t->to)->days : from;
	if (to < from || to - from >= RANGE_DAYS_MAX) {
		diag_bad_date_range(k->diags, t->node.span);
		return;
	}
	for (int64_t day = from; day <= to; day++)
		ARENA_PUSH(k->arena, days->items, days->count, days->cap) = (int32_t)day;
}

static void add_used(struct checker *k, struct days *days, struct declaration *d, const struct ast_use_holidays *t)
{
	struct declaration *used = resolve_calendar(k->c, d->module, t->path);
	if (!used)
		return;
	if (used->busy) {
		struct diag *g = diag_calendar_cycle(k->diags, t->node.span, used->name.text);
		diag_label(k->diags, g, used->name.span, "declared here");
		return;
	}
	const struct calendar_days *other = check_calendar(k, used);
	for (uint32_t i = 0; other && i < other->count; i++)
		ARENA_PUSH(k->arena, days->items, days->count, days->cap) = other->days[i];
}

struct calendar_days *check_calendar(struct checker *k, struct declaration *d)
{
	if (d->calendar)
		return d->calendar;
	struct days days = {0};
	d->busy = true;
	for (const struct ast *i = ((const struct ast_holidays *)d->tree)->items.first; i; i = i->next) {
		if (i->kind == AST_HOLIDAY)
			add_holiday(k, &days, (const struct ast_holiday *)i);
		else if (i->kind == AST_USE_HOLIDAYS)
			add_used(k, &days, d, (const struct ast_use_holidays *)i);
		if (days.count > CALENDAR_DAYS_MAX) {
			diag_too_many(k->diags, d->name.span, SLICE("days of a calendar"), CALENDAR_DAYS_MAX);
			days.count = 0;
			break;
		}
	}
	d->busy = false;
	if (days.count)
		qsort(days.items, days.count, sizeof *days.items, by_day);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < days.count; i++)
		if (!kept || days.items[kept - 1] != days.items[i])
			days.items[kept++] = days.items[i];
	d->calendar = ARENA_NEW(k->arena, struct calendar_days);
	*d->calendar = (struct calendar_days){.name = d->name, .days = days.items, .count = kept};
	return d->calendar;
}
