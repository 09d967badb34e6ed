#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seqc fmt: what it writes where, what it leaves alone, and that what it writes compiles to the same plans.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath "${SEQC:-build/seqc}")"
	repository="$PWD"
	cd "$BATS_TEST_TMPDIR"
	mkdir -p ws/inner
	printf 'workspace acme {\n  contact { email email }\n  key email\n  mailbox sales { address "s@acme.example"; postal "1 Main St" }\n}\n' > ws/workspace.seq
	printf 'sequence cold {\n  window mon - fri 09:00-17:00 # office hours\n    email intro{subject "Hello";body "Hi"}\n}' > ws/inner/cold.seq
	printf 'sequence warm {\n    window anytime\n}\n' > ws/warm.seq
	cat > cold.fmt <<'SEQ'
sequence cold {
    window mon-fri 09:00-17:00  # office hours
    email intro { subject "Hello"; body "Hi" }
}
SEQ
}

seqc() { run --separate-stderr "$SEQC" "$@"; }

@test "a folder, and the workspace from below it: files in place, and a word of what was done" {
	seqc fmt ws
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$stderr" = "formatted 2 files, 1 unchanged" ]
	cmp cold.fmt ws/inner/cold.seq
	seqc fmt ws
	[ "$stderr" = "formatted 0 files, 3 unchanged" ]
	printf 'use std/recommended;' > ws/inner/more.seq
	cd ws/inner
	seqc fmt
	[ "$status" -eq 0 ]
	[ "$stderr" = "formatted 1 file, 3 unchanged" ]
	[ "$(cat more.seq)" = "use std/recommended" ]
}

@test "a file is just that file, a folder what is below it" {
	before="$(cat ws/workspace.seq)"
	seqc fmt ws/inner/cold.seq
	[ "$stderr" = "formatted 1 file, 0 unchanged" ]
	cmp cold.fmt ws/inner/cold.seq
	printf 'sequence cold{}' > ws/inner/cold.seq
	seqc fmt ws/inner
	[ "$stderr" = "formatted 1 file, 0 unchanged" ]
	[ "$(cat ws/workspace.seq)" = "$before" ]
	printf 'sequence cold{}' > ws/inner/cold.seq
	seqc fmt nowhere.seq ws/inner ws/warm.seq
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"nowhere.seq"*"formatted 1 file, 1 unchanged" ]]
}

@test "standard input to standard output" {
	run --separate-stderr "$SEQC" fmt - < ws/inner/cold.seq
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$output" = "$(cat cold.fmt)" ]
	run --separate-stderr "$SEQC" fmt - <<< 'sequence cold {'
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == *"<stdin>:1:"* ]]
}

@test "--check lists, --diff prints a patch; neither writes; exit 1 if anything would change" {
	cp -r ws was
	seqc fmt --check ws
	[ "$status" -eq 1 ]
	[ "$output" = $'ws/workspace.seq\nws/inner/cold.seq' ]
	[ "$stderr" = "2 files would change, 1 unchanged" ]
	seqc fmt --diff ws/inner/cold.seq
	[ "$status" -eq 1 ]
	[[ "$output" == $'--- a/ws/inner/cold.seq\n+++ b/ws/inner/cold.seq\n@@ -1,4 +1,4 @@\n'* ]]
	[[ "$output" == *$'\n-    email intro{subject "Hello";body "Hi"}\n-}\n\\ No newline at end of file\n'* ]]
	[ "$stderr" = "1 file would change, 0 unchanged" ]
	diff -r was ws
	seqc fmt --diff ws
	patch -p1 -s <<< "$output"
	seqc fmt --check ws
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$stderr" = "0 files would change, 3 unchanged" ]
	seqc fmt --diff ws
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run --separate-stderr "$SEQC" fmt --check - <<< 'sequence  cold { }'
	[ "$status" -eq 1 ]
	[ "$output" = "<stdin>" ]
}

@test "a file with mistakes of form is left alone and they are told; others are laid out" {
	printf 'sequence  broken {\n  email a { subject "x }\n}\n' > ws/broken.seq
	cp ws/broken.seq was.seq
	seqc fmt ws
	[ "$status" -eq 1 ]
	[[ "$stderr" == "error[E"*"broken.seq:2:"*"formatted 2 files, 1 unchanged, 1 with mistakes left alone" ]]
	cmp was.seq ws/broken.seq
	cmp cold.fmt ws/inner/cold.seq
}

@test "what does not check is laid out too" {
	printf 'sequence cold {\n  exit when contact.nothing == 3\n  email a using nobody.knows\n}\n' > wrong.seq
	run "$SEQC" check wrong.seq
	[ "$status" -eq 1 ]
	seqc fmt wrong.seq
	[ "$status" -eq 0 ]
	[ "$(sed -n 2p wrong.seq)" = "    exit when contact.nothing == 3" ]
}

@test "a file keeps its mode, and is left as it was when nothing changes" {
	chmod 640 ws/inner/cold.seq
	seqc fmt ws/inner/cold.seq
	[ "$(stat -c %a ws/inner/cold.seq)" = 640 ]
	before="$(stat -c '%i %Y' ws/inner/cold.seq)"
	seqc fmt ws/inner/cold.seq
	[ "$(stat -c '%i %Y' ws/inner/cold.seq)" = "$before" ]
	[ "$(ls -A ws/inner)" = cold.seq ]
}

@test "links are not followed, and what cannot be read or written is told, exit 2" {
	printf 'use  a' > outside.seq
	ln -s ../outside.seq ws/link.seq
	ln -s .. ws/up
	seqc fmt ws
	[ "$status" -eq 0 ]
	[ "$stderr" = "formatted 2 files, 1 unchanged" ]
	seqc fmt ws/link.seq
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"cannot format ws/link.seq: it is a symbolic link"* ]]
	[ "$(cat outside.seq)" = "use  a" ]
	seqc fmt nowhere.seq
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"cannot format nowhere.seq: No such file"* ]]
	printf 'use a\xff' > bytes.seq
	seqc fmt bytes.seq
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"cannot read bytes.seq: it is not UTF-8"* ]]
	mkfifo pipe.seq
	seqc fmt pipe.seq
	[ "$status" -eq 2 ]
	mkdir empty
	cd empty
	seqc fmt
	[ "$status" -ne 0 ]
	[ -n "$stderr" ]
}

@test "a full disk is an error, and the file is whole" {
	[ -w /dev/full ] || skip
	run bash -c "\"$SEQC\" fmt - < ws/inner/cold.seq > /dev/full"
	[ "$status" -eq 2 ]
}

@test "plans keep their names: the example workspace and what the golden tests compile" {
	cp -r "$repository/examples/acme" acme
	"$SEQC" build -o before acme > before.txt
	# every gap twice as wide, as far as no text is in the line
	find acme -name '*.seq' -exec sed -i '/"/!s/ /  /g' {} +
	"$SEQC" fmt acme
	"$SEQC" build -o after acme > after.txt
	diff before.txt after.txt
	[ -s after.txt ]
	mkdir lone
	for file in "$repository"/tests/golden/plan/*.seq "$repository"/tests/golden/check/*.seq; do
		cp "$file" lone/workspace.seq
		"$SEQC" build -o out lone/workspace.seq > before.txt 2> said.txt || continue
		"$SEQC" fmt lone/workspace.seq 2> said.txt
		"$SEQC" build -o out lone/workspace.seq > after.txt 2> said.txt
		diff before.txt after.txt
		[ -s after.txt ]
	done
}

@test "random sequences: laid out once and for all, with the same plans" {
	PYTHONPATH="$repository/tests/acceptance" python3 - <<'PY'
import random, random_sequences
for seed in range(40):
    text = random_sequences.Sequence(random.Random(seed)).text()
    with open(f"r{seed}.seq", "w") as out:
        out.write(text.replace("\n", "\n\n  ").replace(", ", " ,") if seed % 2 else text)
PY
	for file in r*.seq; do
		"$SEQC" build -o out "$file" > before.txt 2> said.txt || continue
		"$SEQC" fmt "$file" 2> said.txt
		"$SEQC" build -o out "$file" > after.txt 2> said.txt
		diff before.txt after.txt
		"$SEQC" fmt --check "$file" 2> said.txt
		done=$((${done:-0} + 1))
	done
	[ "$done" -ge 20 ]
}
