# SPDX-License-Identifier: Apache-2.0
# The command line of seqc: what it prints where, and the exit codes of runtime.md §6. Bad input is refused with a
# place, and nothing prints an error and exits 0.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath "${SEQC:-build/seqc}")"
	cd "$BATS_TEST_TMPDIR"
	unset NO_COLOR
	cat > good.seq <<'SEQ'
sequence cold {
    window mon-fri 09:00-17:00
    email intro { subject "Hello {{first_name}}"; body "Hi" }
    wait 3 days
    email bump { body "Still there?" }
}
SEQ
	printf 'sequence cold {\n    window mon-frj 09:00-17:00\n    email intro { subject "Hello"; body "Hi" }\n}\n' > bad.seq
}

seqc() { run --separate-stderr "$SEQC" "$@"; }

json() { # a Python expression on the parsed output `d`
	python3 -c 'import json, sys; d = json.load(sys.stdin); assert eval(sys.argv[1]), d' "$1" <<< "$output"
}

@test "check: good input says ok on standard output, exit 0" {
	seqc check good.seq
	[ "$status" -eq 0 ]
	[[ "$output" == "ok: 1 sequence in "*" file"* ]]
}

@test "check: a mistake is told on standard error with FILE:LINE:COLUMN, exit 1" {
	seqc check bad.seq
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == "error[E"*"bad.seq:2:"*"^"*"1 error"*"seqc explain E"* ]]
}

@test "check: --format json goes to standard output, also when all is well" {
	seqc check --format json bad.seq
	[ "$status" -eq 1 ]
	[ -z "$stderr" ]
	[[ "$output" == '{"format_version":1,"diagnostics":['* ]]
	json 'list(d)[0] == "format_version" and d["diagnostics"][0]["line"] == 2 and d["diagnostics"][0]["file"] == "bad.seq"'
	json 'set(d["diagnostics"][0]) == {"code","severity","message","file","line","column","end_line","end_column","byte_start","byte_end","labels","notes","fixes","rendered","fingerprint"}'
	seqc check good.seq --format=json
	[ "$status" -eq 0 ]
	json '[x for x in d["diagnostics"] if x["severity"] == "error"] == []'
}

@test "check: standard input" {
	run --separate-stderr "$SEQC" check - < bad.seq
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"<stdin>:2:"* ]]
	run --separate-stderr "$SEQC" check - < good.seq
	[ "$status" -eq 0 ]
}

@test "check: a folder, and the workspace from below it" {
	mkdir -p ws/inner
	printf 'workspace acme {\n    contact { email email }\n    key email\n    mailbox sales { address "s@acme.example"; postal "1 Main St" }\n}\n' > ws/workspace.seq
	cp bad.seq ws/inner/bad.seq
	seqc check ws
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--> inner/bad.seq:2:"* ]]
	cd ws/inner
	seqc check
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--> inner/bad.seq:2:"* ]]
	cd ../..
	seqc check --workspace ws
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--> inner/bad.seq:2:"* ]]
}

@test "check: --deny makes a warning fatal with exit 3, and a mistyped code is a usage error" {
	printf 'draft sequence cold {\n    window anytime\n    email intro { body "Hi" }\n}\n' > warn.seq
	seqc check warn.seq --format json
	[ "$status" -eq 0 ]
	json 'all(x["severity"] == "warning" for x in d["diagnostics"]) and d["diagnostics"]'
	code="$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["diagnostics"][0]["code"])' "$output")"
	seqc check warn.seq --deny warnings
	[ "$status" -eq 3 ]
	seqc check warn.seq --deny "$code"
	[ "$status" -eq 3 ]
	seqc check warn.seq --deny E0205
	[ "$status" -eq 0 ]
	seqc check bad.seq --deny warnings
	[ "$status" -eq 1 ]
	seqc check warn.seq --deny W9999
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"there is no diagnostic"* ]]
}

@test "colour: none in a pipe; on a terminal, but not with NO_COLOR" {
	seqc check bad.seq
	[[ "$stderr" != *$'\033'* ]]
	command -v script > /dev/null || skip "no script(1) to make a terminal"
	run env TERM=xterm script -qec "'$SEQC' check bad.seq" log
	[[ "$output" == *$'\033'* ]]
	run env TERM=xterm NO_COLOR=1 script -qec "'$SEQC' check bad.seq" log
	[[ "$output" != *$'\033'* ]]
}

@test "usage: mistakes are told with what was meant, exit 2" {
	seqc chekc good.seq
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'did you mean `check`?'* ]]
	seqc check --fromat json good.seq
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'did you mean `--format`?'* ]]
	seqc check good.seq bad.seq
	[ "$status" -eq 2 ]
	seqc
	[ "$status" -eq 2 ]
	seqc --help
	[ "$status" -eq 0 ]
	[[ "$output" == *"check"*"build"*"explain"* ]]
	for verb in check build preview explain dis verify; do
		seqc "$verb" --help
		[ "$status" -eq 0 ]
		[[ "$output" == "seqc $verb "* ]]
	done
}

@test "files that cannot be read: exit 2 and their name" {
	for verb in "check" "build -o out" "dis" "verify"; do
		# shellcheck disable=SC2086
		seqc $verb missing
		[ "$status" -eq 2 ]
		[[ "$stderr" == *"missing: No such file"* ]]
	done
	seqc verify .
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"Is a directory"* ]]
	mkfifo pipe
	seqc verify pipe
	[ "$status" -eq 2 ]
	seqc check pipe
	[ "$status" -eq 2 ]
	seqc check good.seq --workspace nowhere
	[ "$status" -eq 2 ]
	[ ! -e out ]
}

@test "bytes that are no source: a diagnostic, never a crash" {
	: > empty.seq
	head -c 70000 /dev/urandom > random.seq
	printf '\377\376s\000e\000q\000' > utf16.seq
	printf 'sequence a {\n\000\n}\n' > nul.seq
	printf '\357\273\277sequence a { }\n' > bom.seq
	printf '"""' > open_block.seq
	printf 'sequence a { email b { subject "' > open.seq
	python3 -c 'print("sequence a {" + "when not (" * 5000)' > deep.seq
	python3 -c 'print("{" * 100000)' > braces.seq
	for f in random utf16 nul open_block open deep braces; do
		seqc check "$f.seq"
		[ "$status" -eq 1 ] || { echo "$f: $status $stderr"; false; }
		[[ "$stderr" == *"error[E"* ]]
		seqc check --format json "$f.seq"
		[ "$status" -eq 1 ]
		json 'd["diagnostics"]'
	done
	for f in empty bom; do
		seqc check "$f.seq"
		[ "$status" -le 1 ]
	done
	mkdir folder.seq nothing
	for f in folder.seq nothing; do
		seqc check "$f"
		[ "$status" -le 2 ]
	done
}

@test "build: writes what it names, twice the same bytes, and nothing when the input is wrong" {
	seqc build good.seq -o out
	[ "$status" -eq 0 ]
	[[ "$output" == *"cold.plan"*".policy"* ]]
	[ -s out/cold.plan ]
	[ "$(ls -A out | wc -l)" -eq 2 ]
	mkdir else && cp good.seq else
	(cd else && TZ=Asia/Kathmandu LC_ALL=C.UTF-8 "$SEQC" build good.seq -o ../again > /dev/null)
	diff -r out again
	seqc build bad.seq -o never
	[ "$status" -eq 1 ]
	[ ! -e never ]
	seqc build good.seq -o good.seq
	[ "$status" -eq 2 ]
	seqc build good.seq
	[ "$status" -eq 2 ]
	seqc build good.seq -o out --emit plan
	[ "$status" -eq 2 ]
}

@test "build --emit: each arrow is printed; tokens and trees also of a wrong file" {
	for what in tokens ast checked plan effects; do
		seqc build good.seq --emit "$what"
		[ "$status" -eq 0 ]
		[[ "$output" == *intro* ]]
	done
	for what in tokens ast; do
		seqc build bad.seq --emit "$what"
		[ "$status" -eq 1 ]
		[[ "$output" == *cold* ]]
		[[ "$stderr" == *"bad.seq:2:"* ]]
	done
	seqc build bad.seq --emit plan
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}

@test "verify and dis: what was built is good; any damage is refused, exit 1" {
	"$SEQC" build good.seq -o out > names
	for f in out/*; do
		seqc verify "$f"
		[ "$status" -eq 0 ]
		grep -q "^${output%% *}  $(basename "$f")\$" names
		seqc dis "$f"
		[ "$status" -eq 0 ]
		[ -n "$output" ]
	done
	seqc dis out/cold.plan
	[[ "$output" == *intro*bump* ]]
	run --separate-stderr "$SEQC" verify - < out/cold.plan
	[ "$status" -eq 0 ]
	size="$(stat -c %s out/cold.plan)"
	for at in 0 7 20 40 64 "$((size / 2))" "$((size - 1))"; do
		python3 -c 'import sys; b = bytearray(open("out/cold.plan", "rb").read()); b[int(sys.argv[1])] ^= 0x20; open("hurt.plan", "wb").write(b)' "$at"
		for verb in verify dis; do
			seqc "$verb" hurt.plan
			[ "$status" -eq 1 ] || { echo "byte $at: $status"; false; }
			[ -z "$output" ]
			[[ "$stderr" == *"hurt.plan is refused: "* ]]
		done
	done
	head -c "$((size / 2))" out/cold.plan > half.plan
	: > empty.plan
	head -c 5000 /dev/urandom > random.plan
	for f in half.plan empty.plan random.plan good.seq; do
		seqc verify "$f"
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"$f is refused: "* ]]
	done
}

@test "explain: a code with both examples, the list, JSON, and a code that is none" {
	seqc explain E0205
	[ "$status" -eq 0 ]
	[[ "$output" == "error[E0205]: these files use each other in a circle: CHAIN"*"Refused:"*"Right:"* ]]
	while IFS= read -r line; do [[ "$line" == "    "* ]] || [ "${#line}" -le 80 ]; done <<< "$output" # but sources
	seqc explain e0205
	[ "$status" -eq 0 ]
	seqc explain use_cycle --format json
	json 'd["codes"][0]["code"] == "E0205" and d["format_version"] == 1'
	seqc explain
	[ "$status" -eq 0 ]
	[[ "$output" == *"E0205  error    these files use each other in a circle: CHAIN"* ]]
	seqc explain E9999
	[ "$status" -eq 2 ]
	[ -z "$output" ]
}

@test "a full disk is an error, not silence" {
	run --separate-stderr bash -c "'$SEQC' explain > /dev/full"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"cannot write the output"* ]]
	seqc build good.seq -o /dev/full
	[ "$status" -eq 2 ]
}

@test "preview: a table in the contact's time, with why each message moved; JSON has the same" {
	mkdir ws && cp good.seq ws
	cat > ws/workspace.seq <<'SEQ'
workspace acme {
    timezone "America/Montreal"
    contact { email email; first_name text default "there"; timezone zone }
    mailbox sales { address "sales@acme.example"; postal "1 Main St" }
}
SEQ
	# Rule 4: Thursday 19:00 in Paris is outside the window; Monday is the third calendar day after (rule 3).
	seqc preview ws --contact email=ada@engines.example --contact first_name=Ada --contact timezone=Europe/Paris \
		--start 2026-03-05T19:00
	[ "$status" -eq 0 ]
	[[ "$output" == "cold, times in Europe/Paris"* ]]
	[[ "$output" == *"Fri 2026-03-06 09:00  intro  email     Hello Ada      window; "* ]]
	[[ "$output" == *"Mon 2026-03-09 09:00  bump   email     Re: Hello Ada"* ]]
	[ ! -e .seqd ] && [ ! -e ws/.seqd ]
	seqc preview ws --contact email=ada@engines.example --start 2026-03-06T08:00:00-05:00 --format json
	[ "$status" -eq 0 ]
	json 'list(d)[0] == "format_version" and [(r["at"], r["step"]) for r in d["rows"] if r["event"] == "sent"] == [("2026-03-06T09:00:00-05:00", "intro"), ("2026-03-09T09:00:00-04:00", "bump")]'
}

@test "preview --texts: what each message says, below its line and in the JSON" {
	cat > said.seq <<'SEQ'
sequence said {
    window anytime
    email intro { subject "One"; body "First, {{first_name}}." }
    wait 2 days
    email bump { body "Second." }
}
SEQ
	seqc preview said.seq --contact email=ada@engines.example --contact first_name=Ada --start 2026-03-02 --texts
	[ "$status" -eq 0 ]
	[[ "$output" == *"email     One"$'\n'"    | First, Ada."$'\n'* ]]
	[[ "$output" == *"email     Re: One"$'\n'"    | Second."$'\n'* ]]
	seqc preview said.seq --contact email=ada@engines.example --start 2026-03-02 --texts --format json
	json '[r["text"].split("\n")[0] for r in d["rows"] if "text" in r] == ["First, there.", "Second."]'
	seqc preview said.seq --contact email=ada@engines.example --start 2026-03-02
	[[ "$output" != *"Second."* ]]
}

@test "preview: what is wrong with the contact, the time or the name is told" {
	seqc preview good.seq --contact email=nobody
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"the contact is refused: "* ]]
	seqc preview good.seq --contact email
	[ "$status" -eq 2 ]
	seqc preview good.seq --contact email=a@b.example --start yesterday
	[ "$status" -eq 2 ]
	seqc preview good.seq --contact email=a@b.example --sequence warm
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'no sequence `warm`'*cold* ]]
	seqc preview bad.seq --contact email=a@b.example
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}
