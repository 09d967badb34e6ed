# SPDX-License-Identifier: Apache-2.0
# How mistakes are told to programs (check --format), mended (fix) and explained (explain).
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath "${SEQC:-build/seqc}")"
	ROOT="$(realpath "$BATS_TEST_DIRNAME/../..")"
	unset NO_COLOR GITHUB_WORKSPACE
	cd "$BATS_TEST_TMPDIR"
	cat > good.seq <<'SEQ'
sequence good {
    window mon-fri 09:00-17:00
    email intro { subject "Hello {{first_name}}"; body "Hi" }
}
SEQ
	cat > bad.seq <<'SEQ'
sequence bad {
    window mon-fri 9:00-17:00
    email intro { subject: "Hello {{first_name}}"; body "Hi" }
    wait 3days
    email bump { body "Still there?" }
}
SEQ
	cat > warned.seq <<'SEQ'
sequence warned {
    allow W0420 because "they did write"
    email intro { subject "Re: hello"; body "Hi" }
    wait 2 days
    when intro.opened { finish }
    email bump { body "Still there?" }
}
SEQ
}

seqc() { run --separate-stderr "$SEQC" "$@"; }

workspace() { # in ./ws
	mkdir -p ws/mails
	cat > ws/workspace.seq <<'SEQ'
workspace acme {
    contact { email email; first_name text default "there"; company text }
    mailbox sales { address "sales@acme.example"; postal "1 Main St" }
}
SEQ
	printf 'message email nudge { body: "Hi" }\n' > ws/shared.seq
	printf 'use "shared.seq"\nsequence a {\n    email intro { subject "Hello"; body file "mails/intro.md" }\n    wait 3days\n    email b using shared.nudge\n}\n' > ws/a.seq
	printf 'Hello {{when company is set && first_name is set}}{{company}}{{end}}\n' > ws/mails/intro.md
}

@test "check: formats for people go to standard error, for programs to standard output, whatever is found" {
	formats="$("$SEQC" check --help | grep -o -m1 'text|[a-z|]*' | tr '|' ' ')"
	[ "$formats" = "text short json sarif github junit" ]
	for format in $formats; do
		for file in good bad warned; do
			seqc check --format "$format" "$file.seq"
			case $file in bad) [ "$status" -eq 1 ] ;; *) [ "$status" -eq 0 ] ;; esac
			case $format in
			text | short) [[ "$output" != *"[E"* ]] ;;
			*) [ -z "$stderr" ] ;;
			esac
		done
	done
	seqc check --format short bad.seq
	[[ "${stderr_lines[0]}" == "bad.seq:2:20: error[E0136]: "* ]]
	[ "${stderr_lines[3]}" = "3 errors" ]
	seqc check --format sarif missing.seq
	[ "$status" -eq 2 ]
	[ -z "$output" ]
}

@test "check: every document of every example is one that its readers take" {
	printf 'sequence x {\n email a { subject "\001"; body "\302\205 <&> ]]> é 日本" }\n' > 'odd % name é.seq'
	mkdir out
	for file in *.seq "$ROOT"/tests/golden/diag/*.seq "$ROOT"/examples/*/; do
		for format in json sarif github junit; do
			status=0
			"$SEQC" check --format "$format" "$file" > "out/$(basename "$file").$format" || status=$?
			[ "$status" -le 1 ]
		done
	done
	cp "$ROOT"/tests/golden/diag/*.sarif out
	run python3 - "$ROOT/tests/schema/sarif-2.1.0-emitted.json" out <<'PYTHON'
import glob, json, re, sys, xml.etree.ElementTree as xml
from jsonschema import Draft7Validator
schema = json.load(open(sys.argv[1]))
Draft7Validator.check_schema(schema)
validator = Draft7Validator(schema)
results = suppressed = 0
for path in glob.glob(sys.argv[2] + "/*.sarif"):
	d = json.load(open(path))
	for error in validator.iter_errors(d):
		sys.exit(f"{path}: {error.json_path}: {error.message}")
	rules = d["runs"][0]["tool"]["driver"]["rules"]
	for r in d["runs"][0]["results"]:
		assert rules[r["ruleIndex"]]["id"] == r["ruleId"], path
		results += 1
		suppressed += "suppressions" in r
assert results > 150 and suppressed, (results, suppressed)
for path in glob.glob(sys.argv[2] + "/*.json"):
	d = json.load(open(path))
	assert list(d)[0] == "format_version" and d["format_version"] == 1
	for g in d["diagnostics"] + d["suppressed"]:
		assert g["rendered"].startswith(f'{g["severity"]}[{g["code"]}]: '), path
		assert len(g["fingerprint"]) == 32 and g["byte_start"] <= g["byte_end"]
		assert ("reason" in g) == (g in d["suppressed"])
for path in glob.glob(sys.argv[2] + "/*.junit"):
	suites = xml.parse(path).getroot()
	cases = suites.findall("testsuite/testcase")
	assert suites.tag == "testsuites" and len(cases) == int(suites.get("tests")) > 0, path
	assert len(suites.findall(".//failure")) == int(suites.get("failures")), path
for path in glob.glob(sys.argv[2] + "/*.github"):
	for line in open(path, newline="\n"):
		assert re.fullmatch(r"::(error|warning|notice) ([a-zA-Z]+=[^,:]*)(,[a-zA-Z]+=[^,:]*)*::[^\r\n]*\n", line), line
PYTHON
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "check: SARIF and GitHub name files from where the repository begins" {
	mkdir -p "repo/a b"
	cp bad.seq "repo/a b/"
	cd repo
	seqc check --format github "a b/bad.seq"
	[[ "$output" == "::error file=a b/bad.seq,line=2,"* ]]
	seqc check --format sarif "a b/bad.seq"
	[[ "$output" == *'"uri":"a%20b/bad.seq"'* ]]
	cd "a b"
	seqc check --format github bad.seq
	[[ "$output" == "::error file=bad.seq,"* ]]
	export GITHUB_WORKSPACE="$BATS_TEST_TMPDIR/repo"
	seqc check --format github bad.seq
	[[ "$output" == "::error file=a b/bad.seq,"* ]]
}

@test "check: --deny takes several, also parted by commas; what is accepted is not denied" {
	seqc check warned.seq --deny W0420
	[ "$status" -eq 0 ]
	[[ "$stderr" == *"1 warning; 1 warning accepted"* ]]
	seqc check warned.seq --deny W0206,W0317
	[ "$status" -eq 3 ]
	seqc check warned.seq --deny W0206 --deny W0317 --format json
	[ "$status" -eq 3 ]
	seqc check warned.seq --deny E0402
	[ "$status" -eq 0 ]
	sed -i 's/^sequence/draft sequence/; s/subject "Re: hello"; //' warned.seq
	seqc check warned.seq --deny E0402
	[ "$status" -eq 3 ]
	for wrong in W0317,W9999 "" ,; do
		seqc check warned.seq --deny "$wrong"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
	done
}

@test "an allow that accepts nothing is told, but only when nothing else is wrong" {
	sed -i 's/Re: //' warned.seq
	seqc check warned.seq
	[[ "$stderr" == *"warning[W0213]: there is no W0420 here"*"2 warnings"* ]]
	sed -i 's/Still there/{{compny}}/' warned.seq
	seqc check warned.seq
	[[ "$stderr" != *W0213* ]]
	workspace
	printf 'sequence b { allow W0317 because "x"; email h { subject "H"; body "B" } }\n' > ws/b.seq
	sed -i 's/^}/    allow W0420 because "x"\n}/' ws/workspace.seq
	"$SEQC" fix ws/a.seq 2> "$BATS_TEST_TMPDIR/err"
	grep -q W0420 "$BATS_TEST_TMPDIR/err" && return 1 # another file may have it
	seqc check ws
	[[ "$stderr" == *"W0317 here"* && "$stderr" == *"W0420 here"* ]]
}

@test "what nobody uses is told, but not in a file that another one uses" {
	workspace
	printf 'message email unused { body "Hi" }\nholidays shop { 2026-07-02 }\n' >> ws/shared.seq
	printf 'message email own { body "Hi" }\nholidays closed { 2026-07-02 }\n' > ws/b.seq
	"$SEQC" fix ws > fixed 2> told
	[ "$(grep -c W0206 told)" -eq 2 ]
	grep -q 'nothing uses the message `own`' told
	grep -q 'nothing uses the calendar of holidays `closed`' told
	sed -i 's/^}/    holidays use closed\n}/' ws/workspace.seq
	seqc check ws
	[[ "$stderr" == *"1 warning"* ]]
}

@test "fix: mends what is sure, in the file that it is in, and tells each" {
	workspace
	chmod 640 ws/a.seq
	seqc fix ws
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'a.seq:4: put a blank between them (E0135)' ]
	[ "${lines[1]}" = 'mails/intro.md:1: write `and` (E0132)' ]
	[ "${lines[2]}" = 'shared.seq:1: leave it out (E0133)' ]
	[ "${#lines[@]}" -eq 3 ]
	[ "$(stat -c %a ws/a.seq)" = 640 ]
	[ "$(cat ws/mails/intro.md)" = 'Hello {{when company is set and first_name is set}}{{company}}{{end}}' ]
	[ "$(find ws -type f | wc -l)" -eq 4 ]
	seqc fix ws
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "fix: --dry-run and --diff write nothing, and the patch does the same" {
	workspace
	cp -r ws before
	seqc fix ws --dry-run
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	diff -r ws before
	"$SEQC" fix ws --diff > patch 2> /dev/null
	diff -r ws before
	command -v git > /dev/null || skip "no git to apply the patch"
	"$SEQC" fix ws > /dev/null
	(cd before && git apply --unsafe-paths ../patch)
	diff -r ws before
}

@test "fix: what is left is told, exit 1; --maybe makes probable fixes" {
	workspace
	printf 'sequence b { email h { subject "H {{compny | default "x"}}"; body "B" } }\n' > ws/b.seq
	seqc fix ws
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"there is no contact field \`compny\`"*"1 error"* ]]
	seqc fix ws --maybe
	[ "$status" -eq 0 ]
	[ "$output" = 'b.seq:1: did you mean `company`? (E0201)' ]
}

@test "fix: what would bring more errors than it mends is taken back, and told" {
	workspace
	sed -i 's/company text/company text; seats integer/' ws/workspace.seq
	printf 'sequence b {\n    exit when contact.seats == "a"\n    exit when contact.seats == "b"\n    exit when contact.seats == "c"\n    email h { subject "H"; body "B" }\n}\n' > ws/b.seq
	cp -r ws before
	seqc fix ws --maybe
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ "$stderr" == *"workspace.seq is left as it was from there on"* ]]
	cmp ws/workspace.seq before/workspace.seq
	! cmp -s ws/a.seq before/a.seq
}

@test "fix: nothing outside of the workspace is written, nor what was changed meanwhile or cannot be" {
	workspace
	mv ws/mails outside
	ln -s ../outside ws/mails
	seqc fix ws
	[ "$status" -eq 1 ]
	[ "$(cat outside/intro.md)" = 'Hello {{when company is set && first_name is set}}{{company}}{{end}}' ]
	seqc fix - < bad.seq
	[ "$status" -eq 2 ]
	seqc fix missing.seq
	[ "$status" -eq 2 ]
}

@test "explain: the list by section, and a code with what is said of its example" {
	seqc explain
	[ "$status" -eq 0 ]
	[[ "$output" == "E01"*"E0101  error "*"E02xx names"*"  E0201  error    there is no KIND \`NAME\`"* ]]
	seqc explain e0135
	[[ "$output" == *"Refused:"*"It says:"*"main.seq:4:10"*"Right:"* ]]
	seqc explain --format json
	python3 -c 'import json, sys; d = json.load(sys.stdin); assert all(c["section"][1:3] == c["code"][1:3] for c in d["codes"])' <<< "$output"
	seqc explain E9999
	[ "$status" -eq 2 ]
}

@test "every code has a page, with what the compiler says of its example, and the index links it" {
	mkdocs="$(dirname "$SEQC")/tool/mkdocs"
	mkdir pages
	"$mkdocs" diagnostics pages
	"$mkdocs" diagnostics > diagnostics.md
	codes="$("$SEQC" explain | grep -o '^  [EW][0-9]*')"
	[ "$(wc -w <<< "$codes")" -gt 100 ]
	[ "$(wc -w <<< "$codes")" -eq "$(ls pages | wc -l)" ]
	for code in $codes; do
		grep -q "^# $code$" "pages/$code.md"
		grep -q "](diagnostics/$code.md)" diagnostics.md
		grep -q "^error\[$code\]: \|^warning\[$code\]: \|^No source can show it" "pages/$code.md"
	done
}
