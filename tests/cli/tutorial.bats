# SPDX-License-Identifier: Apache-2.0
# The tutorial does what it says. BLESS=1 writes what the commands print into the page.

bats_require_minimum_version 1.5.0

@test "docs/tutorial.md: every command prints what the page says" {
	PATH="$(dirname "$(realpath -m "${SEQC:-build/seqc}")"):$PATH"
	run "$BATS_TEST_DIRNAME/tutorial.py" "$BATS_TEST_DIRNAME/../../docs/tutorial.md" "$BATS_TEST_TMPDIR/bakery"
	echo "$output"
	[ "$status" -eq 0 ]
}
