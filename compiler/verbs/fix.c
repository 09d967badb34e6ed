/* SPDX-License-Identifier: Apache-2.0
 * seqc fix: makes the fixes that a program may make. The sources are compiled, their fixes are made in memory, and
 * that is compiled again, until nothing changes; files are written at the end, each as a whole. A round that makes
 * things worse is taken back, and no more is done to that file. */
#include "base/diff.h"
#include "compiler/diag_edit.h"
#include "compiler/verbs/verbs.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 10 }; /* of one file */

/* A file that is changed. */
struct patient {
	char *path;               /* relative to the workspace */
	struct buf before, after; /* as it was read, and with its fixes */
	struct buf trial;         /* with those of this round */
	bool form;                /* this round's fixes are all of mistakes of form */
	bool wanted, tried;       /* there are some; they are made in this round */
	bool worse;               /* they did harm once, so it is left alone */
	int rounds;
};

struct fixing {
	const struct cli *c;
	enum diag_confidence least;
	struct compile compiles[2], *now, *next; /* of what there is after the last round, and with this one */
	struct patient *patients;
	uint32_t count;
	struct buf told; /* "cold.seq:3: write two digits each" */
	struct buf trial_told;
	bool single; /* files are tried one by one: together they did harm */
	bool failed; /* out of memory */
};

/* ---- patients ---- */

static struct patient *find_patient(struct fixing *f, struct slice path)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (slice_is(path, f->patients[i].path))
			return &f->patients[i];
	return NULL;
}

/* The file's patient, made when there is none; NULL: out of memory. */
static struct patient *patient_of(struct fixing *f, uint32_t source)
{
	const struct source *s = &f->now->sources.items[source];
	struct patient *p = find_patient(f, s->path);
	if (p)
		return p;
	struct patient *grown = realloc(f->patients, (f->count + 1) * sizeof *grown);
	if (!grown)
		return NULL;
	f->patients = grown;
	p = &grown[f->count];
	*p = (struct patient){.path = strndup(s->path.p, s->path.n)};
	if (!p->path)
		return NULL;
	f->count++;
	buf_add_slice(&p->before, s->text);
	buf_add_slice(&p->after, s->text);
	return p;
}

static void free_all(struct fixing *f)
{
	for (uint32_t i = 0; i < f->count; i++) {
		free(f->patients[i].path);
		buf_free(&f->patients[i].before);
		buf_free(&f->patients[i].after);
		buf_free(&f->patients[i].trial);
	}
	free(f->patients);
	buf_free(&f->told);
	buf_free(&f->trial_told);
	compile_free(f->now);
}

/* ---- a round ---- */

/* Compiles with the texts as they would be. */
static void compile_trial(struct fixing *f)
{
	struct compile *k = f->next;
	compile_init(k);
	k->workspace_folder = cli_get(f->c, "--workspace");
	struct compile_instead *texts = calloc(f->count + 1, sizeof *texts);
	if (!texts) {
		f->failed = true;
		return;
	}
	for (uint32_t i = 0; i < f->count; i++) {
		const struct patient *p = &f->patients[i];
		texts[i] = (struct compile_instead){slice_of(p->path), buf_slice(p->tried ? &p->trial : &p->after)};
	}
	k->instead = texts;
	k->instead_count = f->count;
	compile_path(k, cli_get(f->c, "PATH"));
	k->instead = NULL;
	k->instead_count = 0;
	free(texts);
}

static bool is_form(const struct diag *g)
{
	return strncmp(diag_info_at(g->code)->code, "E01", 3) == 0;
}

/* Mistakes of form, which hide others; and all errors. */
struct tally {
	uint32_t form, all;
};

static struct tally tally_of(const struct compile *k)
{
	struct tally t = {0, 0};
	for (uint32_t i = 0; i < k->diags.count; i++) {
		const struct diag *g = &k->diags.items[i];
		if (g->accepted || g->severity != DIAG_ERROR)
			continue;
		t.all++;
		t.form += is_form(g);
	}
	return t;
}

/* With a mistake of form gone, others come to light that were there before: that is no harm. */
static bool is_worse(struct tally after, struct tally before)
{
	return after.form != before.form ? after.form > before.form : after.all > before.all;
}

static void tell(struct fixing *f, const struct diag_edit *e)
{
	struct diag_place at = diag_place_of(&f->now->sources, e->fix->span);
	buf_addf(&f->trial_told, "%.*s:%u: %.*s (%s)\n", SLICE_ARG(at.file), at.line, SLICE_ARG(e->fix->title),
	         diag_info_at(e->diag->code)->code);
}

/* Which files there are fixes for. */
static void mark_wanted(struct fixing *f, const struct diag_edit *edits, uint32_t count)
{
	for (uint32_t i = 0; i < f->count; i++)
		f->patients[i].wanted = f->patients[i].tried = false;
	for (uint32_t i = 0; i < count; i++) {
		struct patient *p = patient_of(f, edits[i].fix->span.source);
		f->failed |= !p;
		if (!p || p->worse || p->rounds >= ROUNDS_MAX)
			continue;
		p->form = (p->form || !p->wanted) && is_form(edits[i].diag);
		p->wanted = true;
	}
}

/* Of those the ones for this round: all whose mistakes are of form; then the others, one by one, for what is wrong with
 * a fix may show in another file. */
static uint32_t choose(struct fixing *f)
{
	uint32_t chosen = 0;
	for (int form = 1; form >= 0 && !chosen; form--)
		for (uint32_t i = 0; i < f->count; i++) {
			struct patient *p = &f->patients[i];
			if (!p->wanted || p->form != form || (chosen && (!form || f->single)))
				continue;
			p->tried = true;
			p->rounds++;
			chosen++;
		}
	return chosen;
}

/* Makes what can be made at once, as trials. Returns how many files it changes. */
static uint32_t try_edits(struct fixing *f)
{
	struct diag_edit *edits;
	uint32_t count, chosen = 0;
	f->failed = !diag_edits(&f->now->diags, f->least, -1, &edits, &count);
	if (!f->failed)
		mark_wanted(f, edits, count);
	if (!f->failed)
		chosen = choose(f);
	buf_clear(&f->trial_told);
	for (uint32_t i = 0; i < count && chosen; i++) {
		uint32_t source = edits[i].fix->span.source;
		struct patient *p = patient_of(f, source);
		if (!p->tried)
			continue;
		tell(f, &edits[i]);
		if (i && edits[i - 1].fix->span.source == source)
			continue; /* they stand file by file */
		buf_clear(&p->trial);
		diag_edit_text(&f->now->sources, source, edits, count, &p->trial);
		f->failed |= p->trial.failed;
	}
	free(edits);
	return chosen;
}

static void keep_round(struct fixing *f)
{
	for (uint32_t i = 0; i < f->count; i++) {
		struct patient *p = &f->patients[i];
		if (!p->tried)
			continue;
		buf_clear(&p->after);
		buf_add_slice(&p->after, buf_slice(&p->trial));
		f->failed |= p->after.failed;
	}
	buf_add_slice(&f->told, buf_slice(&f->trial_told));
	struct compile *last = f->now;
	f->now = f->next;
	f->next = last;
}

/* The round did harm: if one file alone did it, that is left alone; else they are tried one by one. */
static void drop_round(struct fixing *f, uint32_t chosen)
{
	for (uint32_t i = 0; i < f->count && chosen == 1; i++)
		f->patients[i].worse |= f->patients[i].tried;
	f->single |= chosen > 1;
}

/* False when there is nothing more to do. */
static bool do_round(struct fixing *f)
{
	uint32_t chosen = try_edits(f);
	if (!chosen || f->failed)
		return false;
	compile_trial(f);
	if (is_worse(tally_of(f->next), tally_of(f->now)))
		drop_round(f, chosen);
	else
		keep_round(f);
	compile_free(f->next);
	for (uint32_t i = 0; i < f->count; i++)
		f->patients[i].tried = false;
	return !f->failed;
}

/* ---- writing ---- */

/* The file itself, links followed, when it lies in the workspace; the caller frees it. */
static char *real_file(const struct fixing *f, const struct patient *p)
{
	char whole[PATH_MAX];
	struct slice root = f->now->root;
	if ((size_t)snprintf(whole, sizeof whole, "%.*s/%s", SLICE_ARG(root), p->path) >= sizeof whole) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	char *real = realpath(whole, NULL);
	bool inside = real && strncmp(real, root.p, root.n) == 0 && (real[root.n] == '/' || root.n == 1);
	if (real && !inside) {
		free(real);
		errno = EXDEV;
		return NULL;
	}
	return real;
}

static bool write_patient(struct fixing *f, struct patient *p)
{
	struct buf there = {0};
	char *path = real_file(f, p);
	bool ok = path != NULL;
	if (!ok) {
		cli_error(f->c, "cannot write %s: %s", p->path, strerror(errno));
	} else if (!verb_read(f->c, path, SOURCE_BYTES_MAX, &there)) {
		ok = false;
	} else if (!slice_eq(buf_slice(&there), buf_slice(&p->before))) {
		cli_error(f->c, "%s was changed meanwhile; it is left as it is", p->path);
		ok = false;
	} else if (!verb_replace_file(path, buf_slice(&p->after))) {
		cli_error(f->c, "cannot write %s: %s", p->path, strerror(errno));
		ok = false;
	}
	free(path);
	buf_free(&there);
	return ok;
}

/* What was done to the files, or would be. False: a file could not be written. */
static bool put_result(struct fixing *f)
{
	bool ok = true, diff = cli_has(f->c, "--diff"), dry = diff || cli_has(f->c, "--dry-run");
	struct buf out = {0};
	for (uint32_t i = 0; i < f->count; i++) {
		struct patient *p = &f->patients[i];
		if (p->worse)
			cli_error(f->c, "%s is left as it was from there on: its fixes would bring new errors",
			          p->path);
		if (slice_eq(buf_slice(&p->before), buf_slice(&p->after)))
			continue;
		if (diff)
			diff_unified(&out, slice_of(p->path), buf_slice(&p->before), buf_slice(&p->after));
		ok = (dry || write_patient(f, p)) && ok;
	}
	if (!diff)
		buf_add_slice(&out, buf_slice(&f->told));
	return verb_put(f->c, &out) && ok;
}

static int run(const struct cli *c)
{
	const char *path = cli_get(c, "PATH");
	struct fixing f = {.c = c, .least = cli_has(c, "--maybe") ? FIX_MAYBE : FIX_SURE};
	f.now = &f.compiles[0];
	f.next = &f.compiles[1];
	if (path && strcmp(path, "-") == 0) {
		cli_error(c, "standard input cannot be fixed in its place; name a file");
		return EXIT_CANNOT;
	}
	int result = verb_compile(c, f.now, false);
	if (result == EXIT_INPUT || result == EXIT_DONE) {
		while (do_round(&f)) /* ROUNDS_MAX for each file */
			;
		bool ok = !f.failed && !f.told.failed;
		if (!ok)
			cli_error(c, "out of memory");
		ok = ok && put_result(&f);
		verb_put_diagnostics(c, f.now);
		result = !ok ? EXIT_CANNOT : f.now->diags.errors ? EXIT_INPUT : EXIT_DONE;
	}
	free_all(&f);
	return result;
}

static const char more[] =
        "Fixes that a program may make are those that change no meaning: a time's digits, a blank, a "
        "sign of another language. What it did is printed, `FILE:LINE: what (CODE)`, then what is "
        "left to do. Files outside of the workspace and the standard library are never written.";

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"--dry-run", NULL, "only tell what would be fixed", CLI_ONCE},
        {"--diff", NULL, "print the changes as a patch, write nothing", CLI_ONCE},
        {"--maybe", NULL, "make probable fixes, too: the nearest name, a unit", CLI_ONCE},
        {0},
};

const struct cli_verb verb_fix = {"fix", "makes the fixes that are sure", more, flags, run};
