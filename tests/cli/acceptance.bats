# SPDX-License-Identifier: Apache-2.0
# The acceptance tests: sequences written from the rules alone leave at the instants that the rules give.
# tests/acceptance/*.py says more where one fails; each takes words of titles as arguments, to run only those.

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath "${SEQC:-build/seqc}")"
	SEQD="$(realpath "${SEQD:-build/seqd}")"
	export SEQC SEQD
	export PYTHONDONTWRITEBYTECODE=1
	cd "$BATS_TEST_DIRNAME/../acceptance"
}

@test "timelines worked out by hand" {
	python3 timelines.py
}

@test "stores: fields that change, pauses, several sequences, threads" {
	python3 stores.py
}

@test "spread, ramp, late, refused rows, identical bytes" {
	python3 properties.py
}

@test "random sequences against a second implementation of the rules (a seed in the output repeats them)" {
	python3 random_sequences.py 15
}
