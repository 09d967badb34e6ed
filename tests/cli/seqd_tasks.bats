#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Tasks, answers and what else is told by hand, on a real store: seqd task, seqd event.
# shellcheck disable=SC2154

load seqd_help

setup() {
	seqd_setup
	cp "$ROOT/tests/golden/rehearse/calls/workspace.seq" workspace.seq
	find . -maxdepth 1 -name '*.seq' ! -name workspace.seq -delete
	"$SEQD" init > "$BATS_TEST_TMPDIR/out"
	"$SEQD" deploy >> "$BATS_TEST_TMPDIR/out"
	"$SEQD" activate trial >> "$BATS_TEST_TMPDIR/out"
	printf 'email,first_name,company\nada@x.example,Ada,Engines\n' > people.csv
	"$SEQD" enroll people.csv --sequence trial >> "$BATS_TEST_TMPDIR/out"
	"$SEQD" run --until-idle >> "$BATS_TEST_TMPDIR/out" 2>&1
}

@test "a task is listed until it is done, with one of its outcomes" {
	seqd task list
	[ "$status" -eq 0 ]
	[[ "$output" == "1  task call  ada@x.example in trial"*"title: Call Ada at Engines"*"outcomes: spoke, no_answer"* ]]
	seqd task list --format json
	python3 -c 'import json, sys; t = json.loads(sys.argv[1]); assert t["task"] == 1 and t["step"] == "call", t' "$output"
	seqd task done 1 --as lost
	[ "$status" -eq 1 ]
	[[ "$stderr" == *'call has no outcome "lost"; it has spoke, no_answer'* ]]
	seqd task done 9 --as spoke
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"no open task has the number 9"* ]]
	seqd task done 1 --as spoke
	[ "$output" = taken ]
	"$SEQD" run --until-idle > "$BATS_TEST_TMPDIR/out" 2>&1
	seqd task list
	[ "$output" = "no task is open" ]
	seqd why ada@x.example
	[[ "$output" == *"call: a task was made"*"call was done: spoke"*'rests at "patience"'* ]]
}

@test "an event's fields and a reply's text decide; a webhook is queued" {
	"$SEQD" task done 1 --as spoke
	seqd event event --contact ada@x.example --name demo.done --field score=7.5
	[ "$output" = taken ]
	"$SEQD" run --until-idle > "$BATS_TEST_TMPDIR/out" 2>&1
	seqd task list --all
	[[ "$output" == *"webhook crm"*'json: {"who":"ada@x.example","score":"7.5"}'* ]]
	seqd task done
	[ "$status" -eq 2 ]
	seqd task undo
	[ "$status" -eq 2 ]
}

@test "an exit calls the task off, and what its block asks for stays" {
	"$SEQD" event event --contact ada@x.example --name deal.closed
	"$SEQD" run --until-idle > "$BATS_TEST_TMPDIR/out" 2>&1
	seqd task list
	[ "$output" = "no task is open" ]
	seqd task list --all
	[[ "$output" == *"alert won"*"subject: Engines signed"* ]]
}

@test "an event that cannot enroll says why, and everything else goes on" {
	cat >> workspace.seq <<'SEQ'
sequence onboarding {
    window anytime
    input { plan text required }
    start on event "trial.started"
    email hello { subject "Your {{input.plan}}"; body "Hello" }
}
SEQ
	"$SEQD" deploy > "$BATS_TEST_TMPDIR/out"
	"$SEQD" activate onboarding >> "$BATS_TEST_TMPDIR/out"
	"$SEQD" event event --contact ada@x.example --name trial.started
	seqd run --until-idle
	[ "$status" -eq 0 ]
	[[ "$stderr" == *"enrolled nobody in onboarding (contact 1): input.plan is required"* ]]
	"$SEQD" event event --contact ada@x.example --name trial.started --field plan=gold
	seqd run --until-idle
	[ "$status" -eq 0 ]
	grep -rq "^Subject: Your gold" .seqd/maildir/new
}
