#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seqc preview of what is no e-mail: texts with their segments, tasks, pages, handoffs.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0
ROOT="$BATS_TEST_DIRNAME/../.."

@test "preview: a text with its segments, the page it leads to" {
	run "${SEQC:-build/seqc}" preview "$ROOT/tests/golden/rehearse/survey" --contact email=a@x.example --contact phone=+15145550123 \
		--contact sms_ok=yes --contact timezone=America/Montreal --start 2026-03-02T10:00
	[ "$status" -eq 0 ]
	[[ "$output" == *"invite"*"sms"*"Hi there, how was it? http"*"(1 segment)"* ]]
	[[ "$output" == *"survey"*"ask"*"Your visit"* ]]
}

@test "preview: a task with its due time, a handoff by the name of where it goes" {
	run "${SEQC:-build/seqc}" preview "$ROOT/tests/golden/rehearse/calls" --sequence trial --contact email=a@x.example \
		--contact company=Engines --start 2026-03-02T10:00
	[ "$status" -eq 0 ]
	[[ "$output" == *"call"*"task"*"Call there at Engines"*"due Tue 2026-03-03 10:00"* ]]
	[[ "$output" == *"slow"*"handoff"*"nurture"* ]]
	[[ "$output" != *refused* ]]
}

seqc() { run --separate-stderr "${SEQC:-build/seqc}" "$@"; }
BAKERY="$ROOT/tests/golden/preview/bakery"
ADA=(--contact email=ada@engines.example --contact phone=+353915550111 --contact first_name=Ada --contact town=Galway
	--contact locale=en --contact chat_ok=yes --start 2026-03-02T10:00)

# golden NAME: $output is as tests/golden/preview/NAME; BLESS=1 rewrites it.
golden() {
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/now"
	[ -z "${BLESS:-}" ] || cp "$BATS_TEST_TMPDIR/now" "$ROOT/tests/golden/preview/$1"
	diff -u "$ROOT/tests/golden/preview/$1" "$BATS_TEST_TMPDIR/now"
}

@test "preview: a sequence with one of everything, in each format, as blessed" {
	seqc preview "$BAKERY" "${ADA[@]}"
	[ "$status" -eq 0 ]
	golden taste.txt
	seqc preview "$BAKERY" "${ADA[@]}" --texts
	golden taste.texts.txt
	seqc preview "$BAKERY" "${ADA[@]}" --format md --texts
	golden taste.md
	seqc preview "$BAKERY" "${ADA[@]}" --format json --texts
	golden taste.json
	seqc preview "$BAKERY" "${ADA[@]}" --format ics
	golden taste.ics
	seqc preview "$BAKERY" --contacts "$BAKERY/contacts.csv" --start 2026-03-02T10:00 --format html
	output=$(sed -e '/^<style>/,/^<\/style>/d' -e '/^<script>/,/^<\/script>/d' -e '/Content-Security-Policy/d' <<<"$output")
	golden taste.html
}

@test "preview: every path, with what leads there, no two alike" {
	seqc preview "$BAKERY" "${ADA[@]}" --all-paths
	[ "$status" -eq 0 ]
	[[ "$output" == *"the contact does nothing"* ]]
	[[ "$output" == *"contact.town is not set"* || "$output" == *"contact.town = "* ]]
	[[ "$output" == *'the event "loaf.bought" comes'* ]]
	seqc preview "$BAKERY" "${ADA[@]}" --all-paths --format json
	python3 -c 'import json, sys; d = json.load(sys.stdin)
assert d["format_version"] == 1 and 3 < len(d["paths"]) <= 20 and d["more"] >= 0
assert len({json.dumps([(r["step"], r["event"], r["kind"], r["reason"] if r["event"] in ("exit", "failed", "skipped") else "") for r in p["rows"]]) for p in d["paths"]}) == len(d["paths"])' <<<"$output"
}

@test "preview: the calendar is one by RFC 5545, and the same again" {
	"${SEQC:-build/seqc}" preview "$BAKERY" "${ADA[@]}" --format ics >"$BATS_TEST_TMPDIR/one.ics"
	"${SEQC:-build/seqc}" preview "$BAKERY" "${ADA[@]}" --format ics >"$BATS_TEST_TMPDIR/two.ics"
	cmp "$BATS_TEST_TMPDIR/one.ics" "$BATS_TEST_TMPDIR/two.ics"
	run python3 "$BATS_TEST_DIRNAME/ics.py" <"$BATS_TEST_TMPDIR/one.ics"
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "20260302T090000Z | email | email news: "* ]]
	# a value that would steer it: commas, semicolons, backslashes, line ends of the text, long words of wide characters
	"${SEQC:-build/seqc}" preview "$BAKERY" "${ADA[@]}" --contact 'input.loaf=a,b;c\d "e"' --contact "town=$(printf '長%.0s' {1..80})" \
		--format ics >"$BATS_TEST_TMPDIR/three.ics"
	run python3 "$BATS_TEST_DIRNAME/ics.py" <"$BATS_TEST_TMPDIR/three.ics"
	[ "$status" -eq 0 ]
	[[ "$output" == *'a,b;c\d "e"'* ]]
}

@test "preview: contacts of a file; the first ten, and how many more" {
	{ echo email,first_name; for i in $(seq 13); do echo "a$i@b.example,A$i"; done; } >"$BATS_TEST_TMPDIR/c.csv"
	seqc preview "$BAKERY" --contacts "$BATS_TEST_TMPDIR/c.csv" --start 2026-03-02
	[ "$status" -eq 0 ]
	[[ "$output" == *"taste, A10 <a10@b.example>"* && "$output" != *a11@* ]]
	[[ "$stderr" == *"the first 10 contacts; 3 more"* ]]
	# one that is refused does not hide the others
	printf 'email,first_name\nnobody,N\na@b.example,A\n' >"$BATS_TEST_TMPDIR/c.csv"
	seqc preview "$BAKERY" --contacts "$BATS_TEST_TMPDIR/c.csv" --start 2026-03-02
	[ "$status" -eq 0 ]
	[[ "$output" == *"refused: "*"taste, A <a@b.example>"* ]]
}

@test "preview: without a contact one is made up, and it says so" {
	seqc preview "$BAKERY" --start 2026-03-02
	[ "$status" -eq 0 ]
	[[ "$output" == *"Ada"* && "$stderr" == *"made-up contact"* ]]
}

@test "preview: --locale is the language the contact reads" {
	seqc preview "$BAKERY" "${ADA[@]}" --locale fr
	[ "$status" -eq 0 ]
	[[ "$output" == *"Du pain rye, Ada"* ]]
	seqc preview "$BAKERY" "${ADA[@]}" --locale de
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'no locale `de`'*"the locales: en, fr"* ]]
}

@test "preview: bad input is told with a way out" {
	seqc preview "$BAKERY" --contact emial=a@b.example
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'no field `emial`; did you mean `email`?'*"the fields: email, phone,"*"input.loaf"* ]]
	seqc preview "$BAKERY" --contacts /nowhere.csv
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"cannot read /nowhere.csv: No such file"* ]]
	printf 'email,first_name\na@b.example,"half\n' >"$BATS_TEST_TMPDIR/c.csv"
	seqc preview "$BAKERY" --contacts "$BATS_TEST_TMPDIR/c.csv"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"c.csv:2: "* ]]
	printf 'email,town,size\na@b.example,x,y\n' >"$BATS_TEST_TMPDIR/c.csv"
	seqc preview "$BAKERY" --contacts "$BATS_TEST_TMPDIR/c.csv"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'no field `size`'*"names the fields"* ]]
	: >"$BATS_TEST_TMPDIR/c.csv"
	seqc preview "$BAKERY" --contacts "$BATS_TEST_TMPDIR/c.csv"
	[ "$status" -eq 2 ]
	seqc preview "$BAKERY" --contact email=a@b.example --contacts "$BATS_TEST_TMPDIR/c.csv"
	[ "$status" -eq 2 ]
	seqc preview "$BAKERY" --contact email=a@b.example --until tomorrow
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"--until takes a time like"* ]]
	seqc preview "$BAKERY" --format text --watch
	[ "$status" -eq 2 ]
	seqc preview "$BAKERY" --format html -o /nowhere/page.html
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"cannot write /nowhere/page.html"* ]]
	seqc preview "$BAKERY" --contact "first_name=$(printf 'a\xe2\x80\xaeb')" --contact email=a@b.example
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"the contact is refused"* ]]
}

@test "preview: a huge value is cut in the page, not refused" {
	long=$(head -c 120000 /dev/zero | tr '\0' x)
	seqc preview "$BAKERY" --contact email=a@b.example --contact "town=$long" --start 2026-03-02 --format html
	[ "$status" -eq 0 ]
}

@test "preview: the page holds nothing but itself" {
	seqc preview "$BAKERY" "${ADA[@]}" --format html
	[ "$status" -eq 0 ]
	[[ "$output" == *"default-src 'none'"* && "$output" == *"color-scheme"* && "$output" == *"--brand:#8a3324"* ]]
	hash=$(sed -n '/^<footer>/,$p' <<<"$output" | sed -n '/<script>/,/<\/script>/p' | sed -e 's/.*<script>//' -e '/<\/script>/d' |
		openssl dgst -sha256 -binary | base64)
	[[ "$output" == *"sha256-$hash"* ]]
	run ! grep -E '<(link|iframe|object|embed|img)|@import|url\(|<script src' <<<"$output"
}

@test "preview: nothing goes in the place of a source, and the ending of -o is the format" {
	cd "$BATS_TEST_TMPDIR"
	printf 'sequence a {\n    purpose service\n    email b { subject "x"; body "y" }\n}\n' >a.seq
	cp a.seq before
	seqc preview a.seq -o a.seq
	[ "$status" -eq 2 ]
	[[ "$stderr" == "seqc preview: -o a.seq would be a source"* ]]
	for verb in graph doc; do
		seqc "$verb" a.seq -o a.seq
		[ "$status" -eq 2 ]
	done
	seqc test a.seq --junit a.seq
	[ "$status" -eq 2 ]
	cmp a.seq before
	seqc preview a.seq -o a.html
	[ "$status" -eq 0 ]
	[[ "$(head -1 a.html)" == "<!doctype html>" ]]
	for call in "preview a.seq -o a.pdf" "graph a.seq -o a.png" "doc a.seq -o a.pdf"; do
		seqc $call
		[ "$status" -eq 2 ]
		[[ "$stderr" == *"its ending names no format; take one of "* ]]
	done
	[ ! -e a.pdf ] && [ ! -e a.png ]
	seqc preview a.seq -o .
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"cannot write .: Is a directory"* ]]
}

@test "preview: a table of contacts is held to its header, and its times to the calendar" {
	cd "$BATS_TEST_TMPDIR"
	refused() { # WHAT IT SAYS, ROWS
		printf "$2" >c.csv
		seqc preview "$BAKERY" --contacts c.csv
		[ "$status" -ne 0 ]
		[[ "$stderr" == *"$1"* ]] || { echo "$stderr"; false; }
	}
	refused 'c.csv:2: 3 cells, but the header has 2 columns' 'email,town\na@b.example,x,y\n'
	refused 'c.csv:1: two columns are called `email`' 'email,email\na@b.example,c@d.example\n'
	refused 'with commas between them' 'email;town\na@b.example;x\n'
	refused 'c.csv:2: the contact is refused: ' 'email,town\nnobody,x\n'
	seqc preview "$BAKERY" --contacts .
	[[ "$stderr" == *"cannot read .: Is a directory"* ]]
	seqc preview "$BAKERY" "${ADA[@]}" --until 2026-03-01
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"--until is before --start"* ]]
	seqc preview "$BAKERY" --start 0001-01-01
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"a time since 1970"* ]]
	seqc preview "$BAKERY" --all-paths --format ics
	[ "$status" -eq 2 ]
}

@test "preview: a long subject does not push its neighbours away" {
	cd "$BATS_TEST_TMPDIR"
	printf 'sequence a {\n    purpose service\n    email b { subject "%s"; body "y" }\n}\n' "$(printf 'word %.0s' {1..80})" >a.seq
	seqc preview a.seq --start 2026-03-02T10:00
	[ "$status" -eq 0 ]
	[[ "$output" == *"word…"* ]]
	run awk 'length > 130' <<<"$output"
	[ -z "$output" ]
}

@test "preview: a draft does not run, and what shows it is said" {
	cd "$BATS_TEST_TMPDIR"
	printf 'draft sequence a {\n    purpose service\n    email b { subject "x"; body "y" }\n}\n' >a.seq
	seqc preview a.seq
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'`a` is a draft, which does not run yet'*'`seqc graph`'* ]]
	[[ "$stderr" != *activate* ]]
}
