# SPDX-License-Identifier: Apache-2.0
# The standard library and the examples: every module and every workspace checks without a warning, in one language and
# in four; what `seqc new` makes of them does, too; the calendars are those of the laws.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath -m "${SEQC:-build/seqc}")"
	SEQD="$(realpath -m "${SEQD:-build/seqd}")"
	ROOT="$(realpath "$BATS_TEST_DIRNAME/../..")"
	cd "$BATS_TEST_TMPDIR"
}

modules() { "$SEQC" new --list | sed -n 's/^\(std[^ ]*\).*/\1/p'; }
templates() { "$SEQC" new --list | sed -n 's/^\(std\/templates[^ ]*\|std\/recommended[^ ]*\).*/\1/p'; }

# A workspace as `seqc new` begins one, with all channels and these languages.
fresh_workspace() { # LOCALES
	"$SEQC" new workspace.seq >made.txt
	sed -i "s/^    # \(sms texting\|whatsapp chat\)/    \1/; s/locales  en /locales  $1 /; s/one of en$/one of $1/; s/\"UTC\"/\"America\/New_York\"/" workspace.seq
}

check_clean() {
	run "$SEQC" check --deny warnings "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the calendars are those that the laws give" {
	run python3 "$ROOT/tests/library/holidays.py" "$ROOT/stdlib/holidays"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"8 calendars, 469 days, 0 wrong"* ]]
}

@test "every calendar can be a workspace's" {
	for path in "$ROOT"/stdlib/holidays/*.seq; do
		name="$(basename "$path" .seq)"
		printf '%s\n' 'workspace w {' '    contact { email email required }' \
			'    mailbox m { address "a@b.example"; postal "1 Main St" }' "    holidays use std/holidays/$name" '}' >one.seq
		check_clean - <one.seq
	done
}

@test "every module of the library checks in one language and in four" {
	[ "$(modules | wc -l)" -ge 40 ]
	for locales in "en" "fr" "de, es" "en, fr, es, de"; do
		rm -rf ws
		mkdir ws
		cd ws
		fresh_workspace "$locales"
		modules | sed 's/^/use /; s/$/ as m/' | awk '{ print $1, $2, $3, $4 NR }' >all.seq
		check_clean
		[[ "$output" == *"27 sequences in "* ]]
		cd ..
	done
}

@test "a copy of every sequence of the library checks in a fresh workspace, in its languages" {
	for locales in "en" "fr, en"; do
		rm -rf ws
		mkdir ws
		cd ws
		fresh_workspace "$locales"
		for from in $(templates); do
			"$SEQC" new "$(basename "$from").seq" --from "$from" >made.txt
		done
		check_clean
		[ "$(grep -lE '^ +(es|de) "' ./*.seq | wc -l)" -eq 0 ]
		[[ "$output" == *"27 sequences in "* ]]
		rm workspace.seq
		run "$SEQC" fmt --check .
		echo "$output"
		[ "$status" -eq 0 ]
		cd ..
	done
}

@test "a copy without a workspace keeps every language and checks by itself" {
	"$SEQC" new mine.seq --from std/recommended
	grep -q '^sequence mine "Recommended follow-up" {$' mine.seq
	grep -q '^            de "Eine kurze Frage' mine.seq
	grep -q '^# Made from std/recommended by `seqc new`, and yours to change.$' mine.seq
	check_clean mine.seq
}

@test "a copy keeps comments and layout, and has the texts of the workspace's only language without braces" {
	fresh_workspace en
	"$SEQC" new renewal_2.seq --from std/templates/renewal
	cat >want.txt <<'TEXT'
# Made from std/templates/renewal by `seqc new`, and yours to change.
# A contract or subscription ends on a known day: mails 30, 14, 7 and 1 days before it, and on the day itself. Who comes
# in late begins where the calendar stands. Renewing ends it.
sequence renewal_2 "Renewal" {
TEXT
	diff want.txt <(head -4 renewal_2.seq)
	grep -q '^        subject "One week until your renewal"$' renewal_2.seq
	run "$SEQC" fmt --check renewal_2.seq
	[ "$status" -eq 0 ]
}

@test "what seqc new begins without a name of the library is small and right" {
	"$SEQC" new workspace.seq
	"$SEQC" new spring_offer.seq
	grep -q '^sequence spring_offer "Follow-up" {$' spring_offer.seq
	check_clean
	run -0 "$SEQC" test # it brings its tests along, under its name
	[[ "$output" == *"spring_offer / an answer ends it"* ]]
	"$SEQC" new - | diff - "$ROOT/stdlib/starter/sequence.seq"
	"$SEQC" new 2nd-try.seq # no name of a sequence: it keeps its own
	grep -q '^sequence follow_up "Follow-up" {$' 2nd-try.seq
}

@test "the tests of a copy bring what the workspace asks of every contact" {
	"$SEQC" new workspace.seq
	sed -i 's/company    text/company text required\n        size one of small, large required/' workspace.seq
	"$SEQC" new spring_offer.seq
	grep -q 'contact  { email "ada@engines.example"; first_name "Ada"; company "Engines"; size small }' spring_offer.seq
	check_clean
	run -0 "$SEQC" test
}

@test "seqc new leaves alone what is there, and says what it does not know" {
	echo precious >mine.seq
	run -2 "$SEQC" new mine.seq --from std/recommended
	[ "$output" = "seqc new: mine.seq is there already, and is left as it is" ]
	[ "$(cat mine.seq)" = precious ]
	run -1 "$SEQC" new other.seq --from std/templates/dental_recal
	[ "$output" = 'seqc new: the library has no `std/templates/dental_recal`; did you mean `std/templates/dental_recall`?' ]
	[ ! -e other.seq ]
	run -2 "$SEQC" new other.txt
	[[ "$output" == *"is called NAME.seq"* ]]
	run -2 "$SEQC" new no/such/folder/other.seq
	[[ "$output" == *"cannot write no/such/folder/other.seq"* ]]
	run -2 "$SEQC" new
	[[ "$output" == *"which file?"* ]]
}

@test "seqc new --list fits 80 columns and finds by name, tag, description and industry" {
	"$SEQC" new --list >all.txt
	[ "$(awk 'length > 80' all.txt | wc -l)" -eq 0 ]
	"$SEQC" new --list DENTAL | grep -c '^std/' | grep -qx 2
	"$SEQC" new --list whatsapp | grep -q '^std/templates/whatsapp_requiet '
	"$SEQC" new --list "nine touches" | grep -q '^std/templates/cold_outbound_14_days '
	run -1 "$SEQC" new --list insurence
	[ "$output" = 'seqc new: nothing in the library is about `insurence`; did you mean `insurance`?' ]
	run -1 "$SEQC" new --list zzzzzz
	[[ "$output" == *'`seqc new --list` shows all of it' ]]
}

@test "every template says what it is for: title, description and tags" {
	for path in "$ROOT"/stdlib/templates/*.seq; do
		name="$(basename "$path" .seq)"
		grep -q "^sequence $name \"" "$path"
		[ "$(grep -c '^    description "' "$path")" -eq 1 ]
		grep -q '^    tags        [a-z_]*, [a-z_]*, ' "$path"
		head -1 "$path" | grep -q '^# '
	done
}

@test "every example checks without a warning, and its README says what it shows" {
	count=0
	for folder in "$ROOT"/examples/*/; do
		count=$((count + 1))
		echo "$folder"
		check_clean "$folder"
		[ -s "$folder/README.md" ]
		head -1 "$folder/README.md" | grep -q '[.]$'
	done
	[ "$count" -ge 10 ]
}

@test "every sequence of the examples and of the library has tests, and they pass" {
	for folder in "$ROOT"/examples/*/ "$ROOT"/tests/library/workspace; do
		run "$SEQC" test "$folder"
		echo "$folder"
		echo "$output"
		[ "$status" -eq 0 ]
		"$SEQC" build --emit checked "$folder" 2>said | sed -n 's/^sequence \([a-z0-9_]*\).*/\1/p' >sequences
		[ -s sequences ]
		while IFS= read -r name; do # from its begin to its end, and cut short or another way
			echo "$name: $(grep -rcE "^    sequence $name\$" "$folder" --include='*.seq' | awk -F: '{ n += $NF } END { print n + 0 }')"
			[ "$(grep -rhE "^    sequence $name\$" "$folder" --include='*.seq' | wc -l)" -ge 2 ]
		done <sequences
	done
	[ "$(wc -l <sequences)" -eq "$(templates | wc -l)" ]
}

@test "stdlib and examples are written as seqc fmt writes them" {
	run "$SEQC" fmt --check "$ROOT/examples" "$ROOT/tests/library"
	echo "$output"
	[ "$status" -eq 0 ]
	while IFS= read -r path; do
		run "$SEQC" fmt --check - <"$path"
		[ "$status" -eq 0 ] || { echo "$path"; return 1; }
	done < <(find "$ROOT/stdlib" -name '*.seq')
}

# What one contact in New York gets of each, enrolled on a Monday at nine. BLESS=1 rewrites it.
@test "the timelines of some templates are as blessed" {
	golden="$ROOT/tests/library/timelines.txt"
	fresh_workspace en
	for from in $(templates); do
		echo "use $from as m_$(basename "$from")" >>all.seq
	done
	timeline() { # SEQUENCE [INPUT=VALUE ...]
		echo "== $*"
		name="$1"
		shift
		timeout 20 "$SEQC" preview --sequence "$name" --start 2026-03-02T09:00 --contact email=ada@engines.example \
			--contact phone=+12125550123 --contact first_name=Ada --contact timezone=America/New_York \
			--contact sms_ok=yes "${@/#/--contact=input.}"
		echo
	}
	{
		timeline recommended
		timeline cold_outbound_14_days
		timeline demo_request
		timeline inbound_lead_fast
		timeline dental_recall
		timeline dunning invoice=A-17 amount=49
		timeline renewal renews_on=2026-03-28
		timeline recurring_reminder case_id=T-1 what=papers
		timeline win_back
		timeline whatsapp_requiet
	} >now.txt
	[ -z "${BLESS:-}" ] || cp now.txt "$golden"
	diff -u "$golden" now.txt
}

@test "every example's contacts rehearse, and every message that is due can be written" {
	cp -r "$ROOT/examples" .
	count=0
	for folder in examples/*/; do
		[ -e "$folder/contacts.csv" ] || continue
		for name in $(grep -rhoE '^sequence [a-z_]+' "$folder" --include='*.seq' | cut -d' ' -f2); do
			[ "$name" != cart ] || continue # its inputs come with an event
			count=$((count + 1))
			timeout 60 "$SEQD" rehearse "$folder/contacts.csv" --workspace "$folder" --sequence "$name" \
				--from 2026-03-02T09:00 --format json >rows.jsonl
			grep -q '"event":"enrolled"' rows.jsonl
			run ! grep '"reason":"render: ' rows.jsonl
		done
	done
	[ "$count" -ge 14 ]
}

@test "what the examples' READMEs say to type works" {
	cp -r "$ROOT/examples" .
	mkdir bin
	ln -s "$SEQC" bin/seqc
	ln -s "$SEQD" bin/seqd
	for readme in examples/*/README.md; do
		sed -n '/^```sh$/,/^```$/p' "$readme" | grep -v '^```' >commands
		[ -s commands ]
		PATH="$PWD/bin:$PATH" timeout 60 sh -e commands >out.txt 2>&1 || { echo "$readme"; cat out.txt; return 1; }
	done
}
