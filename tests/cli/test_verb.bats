#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seqc test: the tests of the language (language.md §11), what a failing one says, and how they are chosen and written
# anew. tests/golden/test/ has a passing and a failing test for each thing that can happen and be expected; titles that
# begin with FAILS fail. BLESS=1 writes the golden texts anew.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath -m "${SEQC:-build/seqc}")"
	ROOT="$(realpath "$BATS_TEST_DIRNAME/../..")"
	GOLDEN="$ROOT/tests/golden/test"
	cd "$BATS_TEST_TMPDIR"
	unset NO_COLOR GITHUB_WORKSPACE
}

seqc() { # ARG…
	run --separate-stderr "$SEQC" "$@"
}

# Without the times that a machine takes.
timeless() {
	sed -E 's/^(ok|FAILED|blessed) +[0-9]+ ms/\1 N ms/; s/ in [0-9]+ ms$/ in N ms/'
}

write_follow() { # FILE
	cat > "$1" <<'SEQ'
sequence follow {
    window mon-fri 09:00-17:00
    skip weekends
    email intro { subject "Hello"; body "Hi" }
    wait 3 days
    email bump { body "Hi again" }
    wait 2 days as pause
    email last { body "Good bye" }
    exit on reply
}
SEQ
}

# In a terminal of so many columns.
in_terminal() { # COLUMNS COMMAND
	TERM=xterm script -qec "stty cols $1; $2" /dev/null < /dev/null | tr -d '\r'
}

@test "test: what is written in tests/golden/test" {
	for file in "$GOLDEN"/*.seq; do
		golden="${file%.seq}.txt"
		status=0
		"$SEQC" test -v "$file" > out.txt 2> err.txt || status=$?
		[ "$status" -eq 1 ] || { cat err.txt; false; }
		[ ! -s err.txt ]
		timeless < out.txt > now.txt
		if [ -n "$BLESS" ]; then cp now.txt "$golden"; fi
		diff "$golden" now.txt
		# those that are to fail, and no others
		[ "$(grep -c '^ok .* / FAILS' now.txt)" -eq 0 ]
		[ "$(grep -c '^FAILED N ms' now.txt)" -eq "$(grep -c '^test "FAILS' "$file")" ]
	done
}

@test "test: every word of the language's tests is there, in one that passes and in one that fails" {
	for word in reply "reply to" "reply by account" we_wrote meeting "click" "click on" "open of" visit "visit on" bounce \
		"bounce of" unsubscribe complaint leave set auto_reply "auto_reply until" event answer done pause resume deploy; do
		grep -qhE "^ *at .* $word( |\$)" "$GOLDEN"/*.seq || [ "$word" = auto_reply ] || { echo "no $word"; false; }
	done
	for word in email sms task webhook alert page exit position that "nothing until" "nothing more"; do
		for prefix in "" FAILS; do
			awk -v prefix="$prefix" -v word="expect $word" '
				/^test / { fails = /^test "FAILS/ }
				index($0, word " ") || index($0, word "$") || substr($0, length($0) - length(word) + 1) == word { if (fails == (prefix != "")) found = 1 }
				END { exit !found }' "$GOLDEN"/*.seq || { echo "no $prefix $word"; false; }
		done
	done
}

@test "test: no line is wider than 80 columns, but for sources" {
	"$SEQC" test "$GOLDEN/times.seq" > out.txt || [ $? -eq 1 ]
	grep -v '^ *[0-9]* |  ' out.txt | awk 'length($0) > 80 { print; wide = 1 } END { exit wide }'
}

@test "test: one that passes" {
	write_follow a.seq
	cat >> a.seq <<'SEQ'

test "a reply stops everything" {
    sequence follow
    contact  { email "ada@engines.example"; timezone "Europe/Paris" }
    start    2026-03-02 10:00
    expect email intro at 2026-03-02 10:00
    at 2026-03-03 08:12 reply
    expect exit reply
    expect nothing more
}
SEQ
	seqc test a.seq
	[ "$status" -eq 0 ]
	[ "$(timeless <<< "$output")" = 'ok N ms  follow / a reply stops everything
1 passed in N ms' ]
	[ -z "$stderr" ]
	seqc test - < a.seq
	[ "$status" -eq 0 ]
}

@test "test: nothing that was run is a failure that says what to do" {
	write_follow a.seq
	seqc test a.seq
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == "seqc test: there is no test in a.seq, so nothing was run"*"docs/testing.md"* ]]
	seqc test "$GOLDEN/order.seq" --run 'no such'
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--run no such matches none of the "*"follow/all are named"* ]]
	seqc test missing.seq
	[ "$status" -eq 2 ]
	printf 'sequence x {' > broken.seq
	seqc test broken.seq
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"error[E"* ]]
}

@test "test: --run takes an extended regular expression over sequence/title" {
	seqc test "$GOLDEN/order.seq" --run '^follow/(all|one) are'
	[ "$status" -eq 0 ]
	[[ "$output" == "ok "*"1 passed, 9 not asked for in"* ]]
	seqc test "$GOLDEN/order.seq" --run 'a(b|c'
	[ "$status" -eq 2 ]
	[[ "$stderr" == "seqc test: --run takes an extended regular expression: "*$'\n  a(b|c\n   ^' ]]
	seqc test "$GOLDEN/order.seq" --run 'ab[c'
	[[ "$stderr" == *$'\n  ab[c\n    ^' ]]
}

@test "test: a path is which tests are run; the workspace is compiled around it" {
	mkdir -p ws/a ws/b
	printf 'workspace w { contact { email email required }\n mailbox m { address "m@acme.example"; postal "1 Main St" } }\n' > ws/workspace.seq
	for s in a b; do
		cat > "ws/$s/$s.seq" <<SEQ
sequence $s { email intro { subject "Hello"; body "Hi" } }
test "of $s" { sequence $s; contact { email "a@x.example" }; start 2026-03-02 10:00; expect email intro }
SEQ
	done
	seqc test ws
	[[ "$output" == *"a / of a"*"b / of b"*"2 passed in"* ]]
	seqc test ws/a
	[[ "$output" == *"a / of a"*"1 passed in"* ]]
	[[ "$output" != *"of b"* ]]
	seqc test ws/b/b.seq
	[[ "$output" == *"b / of b"*"1 passed in"* ]]
	cd ws/b
	seqc test .
	[[ "$output" == *"b / of b"*"1 passed in"* ]]
	seqc test
	[[ "$output" == *"2 passed in"* ]]
}

@test "test: --bless writes times anew and nothing else, keeps the layout, and then the test passes" {
	write_follow a.seq
	cat >> a.seq <<'SEQ'

test "wrong times"   {
    sequence follow
    contact  { email "ada@engines.example" }
    start    2026-03-03 10:00      # a Tuesday
    expect   email intro  at   2026-03-03 11:00   # mended
    expect email bump at +2 days          # mended, still relative
    expect email last at +3 days at 10:00
    expect exit finish at +5 minutes
}
test "other things are wrong, too" {
    sequence follow
    contact  { email "ada@engines.example" }
    start    2026-03-03 10:00
    expect email intro at 2026-03-03 11:00 { subject "Bye" }
    expect email bump at 2026-03-06 11:00
    expect email last
}
test "right" { sequence follow; contact { email "a@x.example" }; start 2026-03-03 10:00
    expect email intro at 2026-03-03 10:00
    at +1 hour reply
}
SEQ
	cp a.seq before.seq
	seqc test a.seq --bless
	[ "$status" -eq 1 ]
	[[ "$output" == *"a.seq:"*": 2026-03-03 11:00 -> 2026-03-03 10:00"* ]]
	[[ "$output" == *"2 passed (1 with new times), 1 failed in"* ]]
	[[ "$stderr" == *"not blessed: follow/other things are wrong, too: more than its times is wrong"* ]]
	sed -e 's/at   2026-03-03 11:00   # mended/at   2026-03-03 10:00   # mended/' -e 's/at +2 days  /at +3 days  /' \
		-e 's/at +3 days at 10:00/at +3 days at 09:00/' -e 's/+5 minutes/2026-03-09 09:00/' before.seq > expected.seq
	diff expected.seq a.seq
	seqc test a.seq --run 'wrong times'
	[ "$status" -eq 0 ]
	cp a.seq again.seq
	seqc test a.seq --bless
	cmp a.seq again.seq
	seqc test - --bless < a.seq
	[ "$status" -eq 2 ]
}

@test "test: --bless touches only what --run asks for" {
	write_follow a.seq
	for n in 1 2; do
		printf 'test "t%s" { sequence follow; contact { email "a@x.example" }; start 2026-03-03 10:00\n    expect email intro at 2026-03-03 11:00\n    at +1 day reply\n}\n' "$n" >> a.seq
	done
	seqc test a.seq --bless --run t2
	[ "$status" -eq 0 ]
	[ "$(grep -c '11:00' a.seq)" -eq 1 ]
	seqc test a.seq
	[[ "$output" == *"1 passed, 1 failed in"* ]]
}

@test "test: --junit and --format json are what their readers take" {
	status=0
	for file in "$GOLDEN"/*.seq; do
		"$SEQC" test "$file" --format json --junit "$(basename "$file").xml" > "$(basename "$file").json" || [ $? -eq 1 ]
	done
	run python3 - <<'PYTHON'
import glob, json, xml.etree.ElementTree as xml
tests = failures = 0
for path in glob.glob("*.xml"):
	top = xml.parse(path).getroot()
	d = json.load(open(path.replace(".xml", ".json")))
	assert top.tag == "testsuites" and set(top.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}, path
	assert d["format_version"] == 1 and d["passed"] + d["failed"] == len(d["tests"]) == int(top.get("tests")) > 0
	for suite in top:
		assert suite.tag == "testsuite" and set(suite.attrib) == set(top.attrib)
		assert int(suite.get("tests")) == len(suite) and float(suite.get("time")) >= 0
		assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
		for case in suite:
			assert case.tag == "testcase" and set(case.attrib) == {"name", "classname", "file", "line", "time"}
			assert case.get("classname") == suite.get("name") and int(case.get("line")) > 0
			assert case.get("name").startswith("FAILS") == (len(case) == 1)
			for failure in case:
				assert failure.tag == "failure" and set(failure.attrib) == {"message", "type"} and failure.text.startswith("FAILED ")
	assert sum(int(s.get("tests")) for s in top) == int(top.get("tests"))
	assert sum(int(s.get("failures")) for s in top) == int(top.get("failures")) == d["failed"]
	for t in d["tests"]:
		assert t["passed"] == (not t["title"].startswith("FAILS")), t["title"]
		assert t["passed"] or t["problems"][0]["kind"] == "broken" or (t["timeline"] and t["timezone"])
		for row in t.get("timeline", []):
			assert set(row) == {"expected", "happened", "shifts", "differs"} and (row["expected"] or row["happened"])
	tests += len(d["tests"])
	failures += d["failed"]
assert tests > 60 and failures > 30, (tests, failures)
PYTHON
	echo "$output"
	[ "$status" -eq 0 ]
	seqc test "$GOLDEN/order.seq" --junit no/such/folder.xml
	[ "$status" -eq 2 ]
}

@test "test: on a terminal it is coloured and as wide as that; without, neither" {
	[[ "$("$SEQC" test "$GOLDEN/order.seq")" != *$'\033'* ]] || false
	in_terminal 100 "$SEQC test $GOLDEN/order.seq --run left.out" > wide.txt
	grep -q $'\033\[1;31mFAILED' wide.txt
	NO_COLOR=1 in_terminal 60 "$SEQC test $GOLDEN/order.seq --run left.out" > narrow.txt
	[ "$(grep -c $'\033' narrow.txt)" -eq 0 ]
	grep -q '^ + Wed 03-04 10:00  email second$' narrow.txt
	grep -q '^   - expected, + what happened (2026, UTC)$' narrow.txt
}

@test "test: of a long timeline only what differs is shown, with what stands around it" {
	{
		printf 'sequence daily { window anytime; repeat up to 60 times every 1 day { email day { subject "Day"; body "Hello" } } }\n'
		printf 'test "long" { sequence daily; contact { email "a@x.example" }; start 2026-01-01 10:00\n'
		for ((i = 0; i < 60; i++)); do
			time=10:00
			[ "$i" -ne 30 ] || time=11:30
			printf '    expect email day at %s %s\n' "$(date -u -d "2026-01-01 + $i days" +%F)" "$time"
		done
		printf '}\n'
	} | sed 's/email day { subject/email day { new_thread; subject/' > long.seq
	seqc test long.seq
	[ "$status" -eq 1 ]
	[ "$(grep -c 'email day' <<< "$output")" -lt 16 ]
	[ "$(grep -cE '^   … [0-9]+ more rows$' <<< "$output")" -eq 2 ]
	[[ "$output" == *" ! Sat 01-31 11:30  email day            | Sat 01-31 10:00  email day"* ]]
}

@test "test: ten years of daily messages, and a thousand tests" {
	python3 - <<'PYTHON'
import datetime
s = "sequence daily {\n    purpose service\n    window anytime\n"
rounds = [1000, 1000, 1000, 652]
for i, n in enumerate(rounds):
	subject = 'subject "Day"; ' if i == 0 else ""
	s += f'    repeat up to {n} times every 1 day as round_{i} {{ email day_{i} {{ {subject}body "Hello" }} }}\n    wait 1 day as pause_{i}\n'
s += '}\ntest "ten years" {\n    sequence daily\n    contact { email "a@x.example"; timezone "Europe/Paris" }\n    start 2026-03-02 10:00\n'
d = datetime.datetime(2026, 3, 2, 10)
for i, n in enumerate(rounds):
	for _ in range(n):
		s += f"    expect email day_{i} at {d:%Y-%m-%d %H:%M}\n"
		d += datetime.timedelta(days=1)
open("daily.seq", "w").write(s + "    expect nothing more\n}\n")
s = 'sequence follow {\n    email intro { subject "Hello"; body "Hi" }\n    wait 3 days\n    email bump { body "Hi again" }\n}\n'
for i in range(1000):
	s += f'test "{i}" {{ sequence follow; contact {{ email "a@x.example" }}; start 2026-03-02 10:00\n    expect email intro\n    expect email bump at +3 days\n}}\n'
open("many.seq", "w").write(s)
PYTHON
	# what it takes is told; held loosely, since the machine may have other work
	seqc test daily.seq
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -oE 'in [0-9]+ ms$' <<< "$output" | grep -oE '[0-9]+')" -lt 3000 ]
	seqc test many.seq
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == "1000 passed in "* ]]
	[ "$(grep -oE '[0-9]+ ms$' <<< "$output" | grep -oE '[0-9]+')" -lt 9000 ]
}
