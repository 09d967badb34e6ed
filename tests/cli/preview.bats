#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seqc preview of what is no e-mail: texts with their segments, tasks, pages, handoffs.
# shellcheck disable=SC2154

ROOT="$BATS_TEST_DIRNAME/../.."

@test "preview: a text with its segments, the page it leads to" {
	run "${SEQC:-build/seqc}" preview "$ROOT/tests/golden/rehearse/survey" --contact email=a@x.example --contact phone=+15145550123 \
		--contact sms_ok=yes --contact timezone=America/Montreal --start 2026-03-02T10:00
	[ "$status" -eq 0 ]
	[[ "$output" == *"invite"*"sms"*"Hi there, how was it? http"*"(1 segment)"* ]]
	[[ "$output" == *"survey"*"ask"*"Your visit"* ]]
}

@test "preview: a task with its due time, a handoff by the name of where it goes" {
	run "${SEQC:-build/seqc}" preview "$ROOT/tests/golden/rehearse/calls" --sequence trial --contact email=a@x.example \
		--contact company=Engines --start 2026-03-02T10:00
	[ "$status" -eq 0 ]
	[[ "$output" == *"call"*"task"*"Call there at Engines"*"due Tue 2026-03-03 10:00"* ]]
	[[ "$output" == *"slow"*"handoff"*"nurture"* ]]
	[[ "$output" != *refused* ]]
}
