#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seqc test --coverage, --threshold, --lcov: what no test reached, and tests that do.

setup() {
	cd "$BATS_TEST_TMPDIR" || exit 1
	cat > workspace.seq <<'SEQ'
workspace acme {
    timezone "Europe/Paris"
    contact { email email; timezone zone; seats number; vip yes_no }
    mailbox sales { address "sales@acme.example"; postal "1 Main St, Montreal" }
}
SEQ
	cat > chase.seq <<'SEQ'
sequence chase {
    window mon-fri 09:00-17:00
    exit on reply
    exit when contact.vip

    email intro { subject "Hello"; body "For {{seats | default "some"}} of you" }
    wait 3 days
    when intro.clicked {
        email warm { body "You had a look" }
    } otherwise {
        email cold { body "Still there?" }
    }
}

test "silence" {
    sequence chase
    contact  { email "ada@engines.example" }
    start    2026-03-02 10:00

    expect email intro
    expect email cold at 2026-03-05 10:00
}
SEQ
}

@test "what no test reached is listed with its place, in words" {
	run "$SEQC" test --coverage
	[ "$status" -eq 0 ]
	[[ "$output" == *"Coverage: 4 of 11, 36 %"* ]]
	[[ "$output" == *"chase.seq:3:5  exit \`exit on reply\` never ended it"* ]]
	[[ "$output" == *"chase.seq:8:10  branch \`intro.clicked\` was never yes"* ]]
	[[ "$output" == *"deferred send \`intro\` never had to wait for its window or a limit"* ]]
	[[ "$output" != *"\`cold\` was never reached"* ]]
}

@test "the tests that it proposes pass, and nothing is missing with them" {
	"$SEQC" test --coverage | sed -n '/^Tests that do/,$p' | sed 1,2d > stubs.seq
	grep -q '^test "' stubs.seq
	run "$SEQC" fmt --check stubs.seq
	[ "$status" -eq 0 ]
	run "$SEQC" test --coverage --threshold 100
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"100 %"* ]]
	[[ "$output" != *"No test reached"* ]]
}

@test "less than the threshold fails, after the tests" {
	run "$SEQC" test --threshold 36
	[ "$status" -eq 0 ]
	run "$SEQC" test --threshold 37
	[ "$status" -eq 1 ]
	[[ "$output" == *"the tests reach 36 % of what there is, and --threshold asks for 37"* ]]
	run "$SEQC" test --threshold many
	[ "$status" -eq 2 ]
	[[ "$output" == *"--threshold takes a whole number of percent"* ]]
}

@test "a test that fails is not hidden by what is covered" {
	sed -i 's/cold at 2026-03-05 10:00/cold at 2026-03-05 11:00/' chase.seq
	run "$SEQC" test --coverage
	[ "$status" -eq 1 ]
	[[ "$output" == *"1 failed"* ]]
	[[ "$output" == *"Coverage:"* ]]
}

@test "a tracefile that lcov's readers take" {
	run "$SEQC" test --lcov out.info
	[ "$status" -eq 0 ]
	grep -q "^SF:$PWD/chase.seq$" out.info
	grep -q '^FNDA:1,chase.cold$' out.info
	grep -q '^BRDA:8,0,0,0$' out.info
	# what is found is what is listed
	[ "$(grep -c '^BRDA' out.info)" -eq "$(sed -n 's/^BRF://p' out.info)" ]
	[ "$(grep -c '^DA' out.info)" -eq "$(sed -n 's/^LF://p' out.info)" ]
	[ "$(tail -1 out.info)" = end_of_record ]
}

@test "json has it beside the tests" {
	"$SEQC" test --coverage --format json > out.json
	python3 - <<'PY'
import json
c = json.load(open("out.json"))["coverage"]
assert (c["covered"], c["all"], c["percent"]) == (4, 11, 36), c
assert len(c["missing"]) == 7
assert c["missing"][0] == {"sequence": "chase", "kind": "exit", "file": "chase.seq", "line": 3, "column": 5,
                           "message": "`exit on reply` never ended it"}, c["missing"][0]
PY
}
