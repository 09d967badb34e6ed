/* SPDX-License-Identifier: Apache-2.0
 * The policy in force and the plans under their sequences' names (rule 14). A deploy is checked whole, in both
 * directions, before anything of it is stored; enrollments in flight keep the plan they stand in. */
#include "runtime/engine.h"
#include "runtime/pack.h"
#include <stdlib.h>
#include <string.h>

#define POLICY_KEY "policy"

/* ---- sequences ---- */
static void add_sequence(void *context, const struct sequence_row *row)
{
	struct drive *d = context;
	if (d->sequence_count == d->sequence_cap) {
		uint32_t cap = d->sequence_cap ? d->sequence_cap * 2 : 16;
		struct loaded_sequence *grown = realloc(d->sequences, cap * sizeof *grown);
		if (!grown) {
			drive_fail(d, "out of memory");
			return;
		}
		d->sequences = grown;
		d->sequence_cap = cap;
	}
	char *name = malloc(row->name.n + 1);
	if (!name) {
		drive_fail(d, "out of memory");
		return;
	}
	memcpy(name, row->name.p, row->name.n);
	struct loaded_sequence *s = &d->sequences[d->sequence_count++];
	s->row = *row;
	s->name = s->row.name = (struct slice){name, row->name.n};
}

static void forget_sequences(struct drive *d)
{
	for (uint32_t i = 0; i < d->sequence_count; i++)
		free((void *)(uintptr_t)d->sequences[i].name.p);
	d->sequence_count = 0;
}

bool deploy_load(struct drive *d)
{
	forget_sequences(d);
	return (store_sequences(d->store, add_sequence, d) || drive_store_failed(d)) && !d->failed;
}

void deploy_free(struct drive *d)
{
	forget_sequences(d);
	free(d->sequences);
	d->sequences = NULL;
}

struct loaded_sequence *drive_sequence(struct drive *d, struct slice name)
{
	for (uint32_t i = 0; i < d->sequence_count; i++) {
		if (slice_eq(d->sequences[i].name, name))
			return &d->sequences[i];
	}
	return NULL;
}

struct loaded_sequence *drive_sequence_by_id(struct drive *d, int64_t id)
{
	for (uint32_t i = 0; i < d->sequence_count; i++) {
		if (d->sequences[i].row.id == id)
			return &d->sequences[i];
	}
	return NULL;
}

/* ---- the policy in force ---- */
bool deploy_policy(struct drive *d, struct buf *error)
{
	struct buf bytes = {0};
	struct loaded_policy policy;
	buf_clear(&d->text);
	if (!store_meta_get(d->store, POLICY_KEY, &d->text))
		return store_failed(d->store) == STORE_OK || drive_store_failed(d);
	struct unpack u = unpack_of(buf_slice(&d->text));
	int64_t id = unpack_i(&u);
	if (!store_artefact_get(d->store, id, &bytes)) {
		buf_free(&bytes);
		return drive_store_failed(d);
	}
	if (!library_policy(&policy, id, &bytes, &d->fields, d->options.zones, error))
		return false;
	library_policy_free(&d->policy);
	render_cache_free(d->render_cache);
	d->render_cache = render_cache_new(); /* without one all is slower, and the same */
	account_free(d);                      /* the policy says what an account is */
	d->policy = policy;
	d->generation++;
	return mailbox_load(d);
}

/* ---- a deploy ---- */
struct deploying {
	struct policy policy;
	struct plan *plans;
	const struct slice *bytes;
	size_t count;
};

static bool load_all(struct deploying *e, struct slice policy, struct buf *error)
{
	struct image_error why;
	if (!policy_load(&e->policy, policy.p, policy.n, true, &why)) {
		buf_addf(error, "the policy is refused: %s", why.text);
		return false;
	}
	for (size_t i = 0; i < e->count; i++) {
		if (!plan_load(&e->plans[i], e->bytes[i].p, e->bytes[i].n, true, &why)) {
			buf_addf(error, "plan %zu is refused: %s", i + 1, why.text);
			return false;
		}
		if (!policy_offers(&e->policy, &e->plans[i], &why)) {
			buf_addf(error, "%.*s: %s", SLICE_ARG(PLAN_STRING(&e->plans[i], e->plans[i].sequence->name)),
			         why.text);
			return false;
		}
	}
	return true;
}

/* Plans that stay in use: of sequences that the deploy does not bring, and of enrollments in flight. */
static bool check_in_use(struct drive *d, const struct deploying *e, struct buf *error)
{
	struct image_error why;
	for (uint32_t i = 0; i < d->sequence_count; i++)
		(void)drive_plan(d, d->sequences[i].row.plan_id);
	int64_t after = 0;
	for (;;) {
		int n = store_enrollments(d->store, 0, after, d->ids, TURN_STEPS);
		if (n < 0)
			return drive_store_failed(d);
		for (int i = 0; i < n; i++) {
			struct enrollment row;
			if (!store_enrollment_get(d->store, after = d->ids[i], &row))
				return drive_store_failed(d);
			if (row.status != ENROLLMENT_ENDED)
				(void)drive_plan(d, row.plan_id);
		}
		if (n < TURN_STEPS)
			break;
	}
	for (uint32_t i = 0; i < d->plan_count; i++) {
		if (!policy_offers(&e->policy, &d->plans[i]->plan, &why)) {
			buf_addf(error, "%.*s is in use, and the new policy breaks it: %s",
			         SLICE_ARG(d->plans[i]->name), why.text);
			return false;
		}
	}
	return true;
}

static bool put_policy(struct drive *d, const struct deploying *e, struct slice bytes)
{
	int64_t id;
	char number[16];
	struct buf text = {.p = number, .cap = sizeof number};
	if (!store_artefact_put(d->store, true, e->policy.image.hash, bytes, &id))
		return drive_store_failed(d);
	pack_i(&text, id);
	return store_meta_put(d->store, POLICY_KEY, buf_slice(&text)) || drive_store_failed(d);
}

static bool put_plan(struct drive *d, const struct plan *plan, struct slice bytes, int64_t now_us)
{
	struct slice name = PLAN_STRING(plan, plan->sequence->name);
	const struct loaded_sequence *known = drive_sequence(d, name);
	struct sequence_row row = {.name = name,
	                           .changed_us = now_us,
	                           .state = plan->sequence->draft ? SEQUENCE_DRAFT : SEQUENCE_INACTIVE};
	if (known && !plan->sequence->draft && known->row.state != SEQUENCE_DRAFT)
		row.state = known->row.state;
	if (!store_artefact_put(d->store, false, plan->image.hash, bytes, &row.plan_id) ||
	    !store_sequence_put(d->store, &row))
		return drive_store_failed(d);
	return true;
}

static bool store_all(struct drive *d, const struct deploying *e, struct slice policy, int64_t now_us,
                      struct buf *error)
{
	if (!put_policy(d, e, policy))
		return false;
	for (size_t i = 0; i < e->count; i++) {
		if (!put_plan(d, &e->plans[i], e->bytes[i], now_us) || !account_deployed(d, &e->plans[i]))
			return false;
	}
	if (!deploy_load(d) || !deploy_policy(d, error))
		return false;
	for (uint32_t i = 0; i < d->sequence_count; i++) {
		if (!drive_plan(d, d->sequences[i].row.plan_id)) /* numbers its fields */
			return drive_fail(d, "the plan of %.*s cannot be loaded", SLICE_ARG(d->sequences[i].name));
	}
	return (numbering_save(&d->fields, d->store) && numbering_save(&d->mailbox_names, d->store)) ||
	       drive_store_failed(d);
}

/* A draft that is active must not lose its state by a slip: it is refused, as every finding of a deploy is, whole. */
static bool check_drafts(struct drive *d, const struct deploying *e, struct buf *error)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct loaded_sequence *s =
		        drive_sequence(d, PLAN_STRING(&e->plans[i], e->plans[i].sequence->name));
		if (s && e->plans[i].sequence->draft &&
		    (s->row.state == SEQUENCE_ACTIVE || s->row.state == SEQUENCE_PAUSED)) {
			buf_addf(error, "%.*s is active; a draft cannot take its place", SLICE_ARG(s->name));
			return false;
		}
	}
	return true;
}

bool drive_deploy(struct drive *d, struct slice policy, const struct slice *plans, size_t plan_count, int64_t now_us,
                  struct buf *error)
{
	struct deploying e = {
	        .bytes = plans, .count = plan_count, .plans = calloc(plan_count + 1, sizeof(struct plan))};
	bool ok = e.plans && load_all(&e, policy, error) && check_drafts(d, &e, error) && check_in_use(d, &e, error);
	if (ok) {
		ok = drive_begin(d) && store_all(d, &e, policy, now_us, error) && limit_backfill(d, now_us) &&
		     drive_commit(d);
		dates_begin(d);
		if (!ok) {
			drive_abandon(d);
			/* What the store has is in force again. */
			struct buf ignored = {0};
			if (deploy_load(d))
				(void)deploy_policy(d, &ignored);
			buf_free(&ignored);
		}
	}
	if (!ok && !error->n)
		buf_adds(error, e.plans ? drive_error(d) : "out of memory");
	for (size_t i = 0; e.plans && i < plan_count; i++) {
		if (e.plans[i].sequence)
			plan_free(&e.plans[i]);
	}
	if (e.policy.workspace)
		policy_free(&e.policy);
	free(e.plans);
	return ok;
}
