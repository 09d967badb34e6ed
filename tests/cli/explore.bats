#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seqc test --explore and seqc check --emit-test: seeded, quiet about what is well, a test for what is not.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	cat >calm.seq <<-'END'
		sequence calm {
		    mailbox default
		    promise at most 2 messages per 7 days
		    exit on reply

		    email one { subject "Hello"; body "One." }
		    wait 3 days
		    when one.clicked {
		        email two { body "Two." }
		    }
		}
	END
	cat >hasty.seq <<-'END'
		sequence hasty {
		    mailbox default
		    promise at most 1 message per 7 days
		    exit on reply

		    email one { subject "Hello"; body "One." }
		    wait 3 days
		    when one.clicked {
		        email two { body "Two." }
		    }
		}
	END
}

@test "what holds is said, with the seed" {
	run --separate-stderr "$SEQC" test calm.seq --explore --runs 300
	[ "$status" -eq 0 ]
	[[ "$output" == *"calm: "*" plays, "*" places"* ]]
	[[ "$output" == *"of seed 1:"* ]]
	[[ "$output" == *"no message after an exit"* ]]
	[[ "$output" == *"every path ends"* ]]
	[ -z "$stderr" ]
}

@test "a seed gives the same plays" {
	"$SEQC" test calm.seq --explore --runs 200 --seed 7 --format json >a
	"$SEQC" test calm.seq --explore --runs 200 --seed 7 --format json >b
	"$SEQC" test calm.seq --explore --runs 200 --seed 8 --format json >c
	cmp a b
	! cmp -s a c
	python3 -c 'import json; d = json.load(open("a")); assert d["seed"] == 7 and d["sequences"][0]["broken"] is None'
}

@test "code that no play reaches is noted" {
	cat >never.seq <<-'END'
		sequence never {
		    mailbox default
		    email one { subject "Hello"; body "One." }
		    wait 3 days
		    when today < 2020-01-01 {
		        email two { body "Two." }
		    }
		}
	END
	run --separate-stderr "$SEQC" test never.seq --explore --runs 200
	[ "$status" -eq 0 ]
	[[ "$output" == *"note: never.seq:5: "*" in any play"* ]]
}

@test "numbers are held to be numbers" {
	run "$SEQC" test calm.seq --explore --runs many
	[ "$status" -eq 2 ]
	[[ "$output" == *"--runs takes a number"* ]]
	run "$SEQC" test calm.seq --explore --seed -4
	[ "$status" -eq 2 ]
}

@test "a promise that is broken becomes a test that shows it" {
	run --separate-stderr "$SEQC" check hasty.seq --emit-test
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"E0422"* ]]
	[[ "$output" == *"test \"E0422: "* ]]
	[[ "$output" == *"click on one"* ]]
	# without the promise the test says what happens
	{ grep -v promise hasty.seq; printf '%s\n' "$output"; } >mended.seq
	run "$SEQC" test mended.seq
	[ "$status" -eq 0 ]
	[[ "$output" == *"1 passed"* ]]
}

@test "where nothing is found no test is written" {
	run --separate-stderr "$SEQC" check calm.seq --emit-test
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "a limit that ends a sequence, and a message that leaves twice" {
	sed -i 's/promise.*/limit 1 message/; s/"Two\."/"One."/; s/when one.clicked {/when one.sent {/' calm.seq
	run --separate-stderr "$SEQC" check calm.seq --emit-test
	[[ "$output" == *"expect exit limit"* ]]
}

@test "programs' formats and standard input have no place for tests" {
	run "$SEQC" check calm.seq --emit-test --format json
	[ "$status" -eq 2 ]
	run bash -c '"$SEQC" check - --emit-test <calm.seq'
	[ "$status" -eq 2 ]
}

@test "flags that would do nothing are refused, so that no job waits for a report that nobody writes" {
	for flag in "--junit report.xml" "--lcov out.lcov" "--bless" "--run x" "--coverage" "--threshold 50"; do
		run -2 "$SEQC" test calm.seq --explore $flag
		[[ "$output" == *"--explore runs no tests, so ${flag%% *} has nothing to do"* ]]
	done
	[ ! -e report.xml ]
	run -2 "$SEQC" test calm.seq --seed 3
	[[ "$output" == *"--seed goes with --explore"* ]]
	run -2 "$SEQC" test calm.seq --explore --runs 0
	[[ "$output" == *"--runs takes a number from 1 to "* ]]
}
