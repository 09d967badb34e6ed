/* SPDX-License-Identifier: Apache-2.0
 * Claims in the air, found by enrollment. Flights and their buffers are kept and used again: a message allocates
 * nothing once as many have been in the air before. */
#include "runtime/engine.h"
#include <stdlib.h>

static uint32_t slot_of(const struct flights *f, int64_t enrollment_id)
{
	uint64_t h = (uint64_t)enrollment_id * UINT64_C(0x9E3779B97F4A7C15);
	return (uint32_t)(h >> 32) & (f->slot_count - 1);
}

struct flight *flight_of(const struct flights *f, int64_t enrollment_id)
{
	if (!f->count)
		return NULL;
	for (uint32_t i = slot_of(f, enrollment_id); f->slots[i]; i = (i + 1) & (f->slot_count - 1)) {
		if (f->all[f->slots[i] - 1]->enrollment_id == enrollment_id)
			return f->all[f->slots[i] - 1];
	}
	return NULL;
}

static void insert(struct flights *f, struct flight *flight)
{
	uint32_t i = slot_of(f, flight->enrollment_id);
	while (f->slots[i])
		i = (i + 1) & (f->slot_count - 1);
	f->slots[i] = flight->index + 1;
}

/* Room for one more, the table at most half full. */
static bool grow(struct flights *f)
{
	if (f->count == f->cap) {
		uint32_t cap = f->cap ? f->cap * 2 : 64;
		struct flight **all = realloc(f->all, cap * sizeof(*all));
		if (!all)
			return false;
		f->all = all;
		f->cap = cap;
	}
	if ((f->count + 1) * 2 > f->slot_count) {
		uint32_t slot_count = f->slot_count ? f->slot_count * 2 : 256;
		uint32_t *slots = calloc(slot_count, sizeof *slots);
		if (!slots)
			return false;
		free(f->slots);
		f->slots = slots;
		f->slot_count = slot_count;
		for (uint32_t i = 0; i < f->count; i++)
			insert(f, f->all[i]);
	}
	return true;
}

struct flight *flight_new(struct flights *f, int64_t enrollment_id)
{
	if (!grow(f))
		return NULL;
	if (f->count == f->made) {
		struct flight *made = calloc(1, sizeof *made);
		if (!made)
			return NULL;
		f->all[f->made++] = made;
	}
	struct flight *flight = f->all[f->count];
	flight->index = f->count++;
	flight->enrollment_id = enrollment_id;
	flight->next = NULL;
	insert(f, flight);
	return flight;
}

/* Takes it out of the table; later entries of its run move up, so that no run has a hole. */
static void remove_slot(struct flights *f, int64_t enrollment_id)
{
	uint32_t mask = f->slot_count - 1, i = slot_of(f, enrollment_id);
	while (f->all[f->slots[i] - 1]->enrollment_id != enrollment_id)
		i = (i + 1) & mask;
	for (uint32_t j = (i + 1) & mask; f->slots[j]; j = (j + 1) & mask) {
		uint32_t home = slot_of(f, f->all[f->slots[j] - 1]->enrollment_id);
		if (((j - home) & mask) >= ((j - i) & mask)) {
			f->slots[i] = f->slots[j];
			i = j;
		}
	}
	f->slots[i] = 0;
}

void flight_end(struct flights *f, struct flight *flight)
{
	remove_slot(f, flight->enrollment_id);
	struct flight *last = f->all[--f->count];
	if (last != flight) {
		uint32_t i = slot_of(f, last->enrollment_id);
		while (f->slots[i] != last->index + 1)
			i = (i + 1) & (f->slot_count - 1);
		f->slots[i] = flight->index + 1;
		f->all[flight->index] = last;
		last->index = flight->index;
		f->all[f->count] = flight;
	}
}

void flight_free_all(struct flights *f)
{
	for (uint32_t i = 0; i < f->made; i++) {
		person_free(&f->all[i]->person);
		buf_free(&f->all[i]->packed);
		buf_free(&f->all[i]->texts);
		free(f->all[i]);
	}
	free(f->all);
	free(f->slots);
	*f = (struct flights){0};
}

void flight_append(struct flight_list *list, struct flight *flight)
{
	flight->next = NULL;
	if (list->last)
		list->last->next = flight;
	else
		list->first = flight;
	list->last = flight;
}

struct flight *flight_take(struct flight_list *list)
{
	struct flight *flight = list->first;
	if (flight) {
		list->first = flight->next;
		if (!list->first)
			list->last = NULL;
		flight->next = NULL;
	}
	return flight;
}
