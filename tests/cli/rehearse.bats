#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seqd rehearse: who would get what, when, and why it moved, on a virtual clock. The demo's JSON lines are held to
# tests/golden/rehearse/acme.jsonl (BLESS=1 writes it anew, to be read in the diff).
# shellcheck disable=SC2154

load seqd_help

setup() { seqd_setup; }

demo() { # further arguments of rehearse
	cd "$ROOT/examples/acme"
	seqd rehearse rehearsal/contacts.csv --sequence demo_request --from 2026-11-19T11:00 --until 2026-12-10T00:00 \
		--events rehearsal/events.jsonl --maildir "$BATS_TEST_TMPDIR/maildir" "$@"
	cd "$OLDPWD"
}

@test "the demo's lines are the ones that were read and approved" {
	golden="$ROOT/tests/golden/rehearse/acme.jsonl"
	demo --format json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	if [ -n "${BLESS:-}" ]; then
		mkdir -p "$(dirname "$golden")"
		echo "$output" > "$golden"
	fi
	diff -u "$golden" - <<< "$output"
}

@test "each line stands alone; they come in order of time, in the contact's offset (rules 3, 4)" {
	demo --format json
	python3 - <<PY
import datetime, json
lines = [json.loads(line) for line in """$output""".splitlines()]
keys = ["at", "contact", "sequence", "step", "kind", "event", "reason", "subject"]
assert all(list(l) == keys for l in lines)
times = [datetime.datetime.fromisoformat(l["at"]) for l in lines]
assert times == sorted(times)
sent = [l for l in lines if l["event"] == "sent"]
assert len(sent) == 25
# mon-fri 09:00-17:00 of the contact, no weekend, no holiday (26 November: Thanksgiving, 27: the shop is closed)
for l in sent:
    at = datetime.datetime.fromisoformat(l["at"])
    assert at.weekday() < 5 and 9 <= at.hour < 17 and at.date().isoformat() not in ("2026-11-26", "2026-11-27"), l
# Japan's reply ends it; after it nobody there gets anything.
kenji = [(l["event"], l["reason"]) for l in lines if l["contact"] == "kenji@sakura.example"]
assert kenji[-1] == ("exit", "reply"), kenji
# Nobody in Europe gets a second follow-up.
assert sum(l["contact"] == "ada@engines.example" for l in sent) == 2
PY
}

@test "for people: who, in whose zone, what and when, why it moved, why it ended, and a message to read" {
	demo
	[ "$status" -eq 0 ]
	for line in \
		"Rehearsal of demo_request · Demo request follow-up" \
		"  They leave mon-fri 09:00-17:00 in the contact's own zone, not on weekends or holidays." \
		"kenji@sakura.example · Asia/Tokyo" \
		"    Fri 20 Nov 09:00  email         intro       Your demo of Acme, 健司" \
		"                                                ↳ moved from Fri 20 Nov 01:00: window" \
		"    Fri 20 Nov 10:05  ← reply       intro" \
		"    Fri 20 Nov 10:05  ended                     replied" \
		"    Mon 30 Nov 09:00  ended                     over a limit: breakup does not leave" \
		"12 contacts got 25 messages; " \
		"    | Subject: Your demo of Acme, Ada" \
		"The e-mails are in the Maildir $BATS_TEST_TMPDIR/maildir"; do
		[[ "$output" == *"$line"* ]] || { echo "missing: $line"; echo "$output"; false; }
	done
	# Every line of a contact begins its columns at the same place.
	[ "$(grep -c '^    [A-Z][a-z][a-z] [ 0-9][0-9] Nov [0-2][0-9]:[0-5][0-9]  [^ ]' <<< "$output")" -eq "$(grep -c ' Nov [0-9:]*  ' <<< "$output")" ]
}

@test "the Maildir holds each message with its virtual date; two rehearsals are alike byte by byte" {
	demo
	[ "$(mails "$BATS_TEST_TMPDIR/maildir/new")" -eq 25 ]
	grep -rq "^Date: Fri, 20 Nov 2026 09:00:00 +0900" "$BATS_TEST_TMPDIR/maildir/new"
	mv "$BATS_TEST_TMPDIR/maildir" "$BATS_TEST_TMPDIR/first"
	demo
	diff -r "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/maildir"
}

@test "it needs no store and touches none: the default Maildir is fresh each time" {
	seqd rehearse contacts.csv --sequence hello --from 2026-03-02T10:00
	[ "$status" -eq 0 ]
	[[ "$output" == *"2 contacts got 4 messages."*"2 came to the end."* ]]
	[ "$(mails .seqd/rehearsal/new)" -eq 4 ]
	[ "$(stat -c %a .seqd)" = 700 ]
	[ ! -e .seqd/seq.db ]
	seqd rehearse contacts.csv --sequence hello --from 2026-03-02T10:00 --until 2026-03-03
	[[ "$output" == *"2 contacts got 2 messages."*"2 are still under way."* ]]
	[ "$(mails .seqd/rehearsal/new)" -eq 2 ]
}

@test "standard input; inactive sequences; drafts and unknown ones are refused" {
	run --separate-stderr "$SEQD" rehearse - --sequence hello --from 2026-03-02 < contacts.csv
	[ "$status" -eq 0 ]
	[[ "$output" == *"ada@engines.example · Europe/Paris"* ]]
	refused 1 rehearse contacts.csv --sequence helo
	[[ "$stderr" == *"there is no sequence \`helo\`"*"hello pitch"* ]]
	sed -i 's/^sequence pitch/draft sequence pitch/' pitch.seq
	refused 1 rehearse contacts.csv --sequence pitch
	[[ "$stderr" == *"draft"* ]]
	refused 2 rehearse contacts.csv --sequence hello --from 2026-03-02 --until 2026-03-01
	refused 2 rehearse contacts.csv --sequence hello --from tomorrow
	refused 2 rehearse contacts.csv
	refused 2 rehearse missing.csv --sequence hello
	refused 2 rehearse contacts.csv --sequence hello --maildir contacts.csv
}

@test "bad rows stop a rehearsal, unless they may be skipped" {
	printf 'email\nada@engines.example\nnobody\n' > c.csv
	refused 1 rehearse c.csv --sequence hello --from 2026-03-02
	[[ "$stderr" == *"c.csv:3: email: "* ]]
	[ -z "$output" ]
	seqd rehearse c.csv --sequence hello --from 2026-03-02 --skip-bad
	[ "$status" -eq 1 ]
	[[ "$output" == *"1 contacts got 2 messages"* ]]
}

# What a sequence asks for beside messages. Links hold a token of the store's own secret: it is cut.
golden_of() { # folder sequence [from]
	folder="$ROOT/tests/golden/rehearse/$1"
	seqd rehearse "$folder/contacts.csv" --workspace "$folder" --sequence "$2" --from "${3:-2026-03-02T10:00}" \
		--events "$folder/events.jsonl" --maildir "$BATS_TEST_TMPDIR/maildir" --format json
	[ "$status" -eq 0 ]
	sed -E 's#/p/[0-9]+\.[a-z0-9]+#/p/TOKEN#g' <<< "$output" > "$BATS_TEST_TMPDIR/lines"
	[ -z "${BLESS:-}" ] || cp "$BATS_TEST_TMPDIR/lines" "$folder.jsonl"
	diff -u "$folder.jsonl" "$BATS_TEST_TMPDIR/lines"
}

@test "a reminder that waits when the contact answers is dropped, and closed pages are skipped (rule 13)" {
	golden_of reminder after_visit 2026-11-26T11:00
}

@test "a survey: pages, answers, a reminder, an alert, a contact who leaves a page (rule 13)" {
	golden_of survey after_visit
}

@test "tasks with outcomes, waits for something, webhooks, handoffs, an exit with a block (rules 1, 9)" {
	golden_of calls trial
}

@test "an answer that its question does not take is refused by name" {
	folder="$ROOT/tests/golden/rehearse/survey"
	echo '{"at":"2026-03-03T12:00:00-05:00","contact":"happy@x.example","event":"answer","step":"survey","answers":{"overall":12}}' > "$BATS_TEST_TMPDIR/events.jsonl"
	seqd rehearse "$folder/contacts.csv" --workspace "$folder" --sequence after_visit --from 2026-03-02T10:00 \
		--events "$BATS_TEST_TMPDIR/events.jsonl" --maildir "$BATS_TEST_TMPDIR/maildir"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"events.jsonl:1: overall: is a whole number from 1 to 10"* ]]
}
