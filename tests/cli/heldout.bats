#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The held-out set: sequences written from the design alone, with the timelines that the rules give them, before either
# was tried; and sequences that nobody wrote. tests/heldout/run.py NAME … runs some, tests/heldout/generate.py more.

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath "${SEQC:-build/seqc}")"
	SEQD="$(realpath "${SEQD:-build/seqd}")"
	export SEQC SEQD
	HELDOUT=tests/heldout
}

@test "each compiles without a warning, verifies, is formatted to rest, and rehearses as worked out by hand" {
	run python3 "$HELDOUT/run.py"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "${lines[-1]}" == *" cases, 0 failed" ]]
}

@test "steps of each kind in blocks of each kind: compiled and brought to the end, or refused with a code" {
	PART=3/40 run python3 "$HELDOUT/generate.py" matrix
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "${lines[-1]}" == *" compiled, "*", 0 failed" ]]
}

@test "random sequences with random events: nobody is held, nobody is left behind" {
	run python3 "$HELDOUT/generate.py" random 40 bats
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "${lines[-1]}" == *" compiled, "*", 0 failed" ]]
}
