#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# kill -9 of a sending daemon; `make soak` does 200 rounds of it.

@test "ten kills while sending: no message is lost, none is doubled, what is in doubt is reported (rules 1, 2)" {
	run timeout 240 "$BATS_TEST_DIRNAME/kill.py" "${SEQD:-build/seqd}" 10
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"0 doubled, 0 wrong"* ]]
}
