#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The last arrow of the pipeline: what the machine does with each plan of tests/golden/plan for a made-up contact, as
# `seqc build --emit effects` prints it. BLESS=1 rewrites tests/golden/effects.

@test "the effects of each golden plan are as blessed" {
	for source in tests/golden/plan/*.seq; do
		golden=tests/golden/effects/$(basename "$source" .seq).effects
		"${SEQC:-build/seqc}" build --emit effects "$source" >"$BATS_TEST_TMPDIR/now" 2>"$BATS_TEST_TMPDIR/said"
		[ -z "${BLESS:-}" ] || cp "$BATS_TEST_TMPDIR/now" "$golden"
		diff -u "$golden" "$BATS_TEST_TMPDIR/now"
		[ -s "$golden" ]
	done
}
