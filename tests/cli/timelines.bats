#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The timelines that vendors publish, with the exact instants, and every word of a test: tests/heldout/timelines. Each was
# written from the rules and from the vendors' pages before it was run, and each must pass as it stands.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath -m "${SEQC:-build/seqc}")"
	cd "$(realpath "$BATS_TEST_DIRNAME/../..")/tests/heldout/timelines"
}

# Exactly the tests that stand in the file, so that none is lost on the way.
passes() { # FILE
	run --separate-stderr "$SEQC" test "$1"
	echo "$1: $output $stderr"
	[ "$status" -eq 0 ]
	[[ "${lines[-1]}" == "$(grep -c '^test "' "$1") passed in "* ]]
}

@test "timelines: what vendors publish" {
	for file in [!w]*.seq; do passes "$file"; done
	[ "$(cat [!w]*.seq | grep -c '^test "')" -ge 80 ]
}

@test "timelines: everything that a test may say" {
	for file in words_*.seq; do passes "$file"; done
}

@test "timelines: nothing to be warned of, and laid out" {
	for file in *.seq; do
		run --separate-stderr "$SEQC" check --deny warnings "$file"
		echo "$file: $output $stderr"
		[ "$status" -eq 0 ]
		run "$SEQC" fmt --check "$file"
		echo "$output"
		[ "$status" -eq 0 ]
	done
}

# An expectation that is a minute off fails, so that those that hold say something: one of each file.
@test "timelines: a minute off is a failure" {
	for file in [!w]*.seq; do
		awk '!done && /expect .* at 2026-.*:[0-5][0-8]( |$)/ { done = 1
		     match($0, /:[0-5][0-8]( |$)/); minute = substr($0, RSTART + 2, 1)
		     $0 = substr($0, 1, RSTART + 1) (minute + 1) substr($0, RSTART + 3) } 1' "$file" > "$BATS_TEST_TMPDIR/$file"
		! cmp -s "$file" "$BATS_TEST_TMPDIR/$file"
		run "$SEQC" test "$BATS_TEST_TMPDIR/$file"
		[ "$status" -eq 1 ]
	done
}
