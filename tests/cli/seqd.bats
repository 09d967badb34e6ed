#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A life with seqd, verb by verb: what is printed, what changes, and the exit codes of runtime.md §6.
# shellcheck disable=SC2154

load seqd_help

setup() { seqd_setup; }

@test "the first run: init, deploy, activate, enroll, run; the messages lie in the Maildir" {
	seqd init
	[ "$status" -eq 0 ]
	[[ "$output" == "Ready: "*"/ws/.seqd/seq.db"* ]]
	[ "$(stat -c %a .seqd)" = 700 ]
	[ "$(stat -c %a .seqd/seq.db)" = 600 ]
	seqd deploy
	[ "$status" -eq 0 ]
	[[ "$output" == *"deployed hello"*"deployed pitch"* ]]
	seqd activate hello
	[ "$output" = "activated hello" ]
	seqd enroll contacts.csv --sequence hello
	[ "$status" -eq 0 ]
	[[ "$output" == "2 enrolled, 0 queued, 0 were already there, 0 refused"*"the last first message leaves 20"* ]]
	seqd run --until-idle
	[ "$status" -eq 0 ]
	[ "$(mails)" -eq 2 ]
	grep -rq "^Subject: Hello Ada" .seqd/maildir/new
}

@test "init again changes nothing; its store stays" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello
	seqd init
	[ "$status" -eq 0 ]
	seqd show ada@engines.example
	[[ "$output" == *"hello"*"active"* ]]
}

@test "deploy refuses the whole when one sequence is wrong, and says where" {
	ready
	sed -i 's/wait 2 days/wait 2 dais/' pitch.seq
	sed -i 's/Good to have you/Nice to have you/' hello.seq
	refused 1 deploy
	[[ "$stderr" == *"pitch.seq:6:"* ]]
	"$SEQD" enroll contacts.csv --sequence hello
	"$SEQD" run --until-idle
	grep -rq "Good to have you" .seqd/maildir/new
	run ! grep -rq "Nice to have you" .seqd/maildir/new
}

@test "a sequence takes nobody before it is active; a draft never is" {
	"$SEQD" init > /dev/null
	"$SEQD" deploy > /dev/null
	refused 1 enroll contacts.csv --sequence hello
	[[ "$stderr" == *"the sequence hello is not active"*"seqd activate hello"* ]]
	refused 1 activate hullo
	sed -i 's/^sequence pitch/draft sequence pitch/' pitch.seq
	seqd deploy
	[[ "$output" == *"pitch"*"a draft"* ]]
	refused 1 activate pitch
}

@test "enroll one contact; the same --key enrolls once" {
	ready
	seqd enroll --sequence hello --contact email=ada@engines.example --contact first_name=Ada --key order-1
	[ "$status" -eq 0 ]
	[[ "$output" == "enrolled as 1"*"next: 20"* ]]
	seqd enroll --sequence hello --contact email=ada@engines.example --key order-1
	[ "$status" -eq 0 ]
	[[ "$output" == "already enrolled as 1"* ]]
	refused 1 enroll --sequence hello --contact email=not-an-address
	[[ "$stderr" == *"refused: email"* ]]
	refused 1 enroll --sequence hello --contact first_name=Nobody
	refused 1 enroll --sequence hello --contact email=a@b.example --contact colour=red
	[[ "$stderr" == *'no contact field "colour"'* ]]
	refused 2 enroll --sequence hello --contact email
	refused 2 enroll --sequence hello
	refused 2 enroll contacts.csv
	refused 2 enroll contacts.csv --sequence hello --horizon soon
	refused 1 enroll contacts.csv --sequence nope
}

@test "enroll from standard input" {
	ready
	run --separate-stderr "$SEQD" enroll - --sequence hello < contacts.csv
	[ "$status" -eq 0 ]
	[[ "$output" == "2 enrolled"* ]]
}

@test "an event ends an enrollment; --id is taken once (rule 9)" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	seqd event reply --contact ada@engines.example --id mail-7
	[ "$output" = taken ]
	seqd event reply --contact ada@engines.example --id mail-7
	[ "$status" -eq 0 ]
	[[ "$output" == "already taken"* ]]
	seqd event event --contact grace@cobol.example --name account.closed
	[ "$status" -eq 0 ]
	"$SEQD" run --until-idle
	[ "$(mails)" -eq 0 ]
	seqd show ada@engines.example
	[[ "$output" == *" ended "* ]]
	seqd why ada@engines.example
	[[ "$output" == *"a reply came"*"ended"* ]]
}

@test "event: what is wrong with one" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	refused 2 event clap --contact ada@engines.example
	[[ "$stderr" == *"reply, we_wrote, meeting"* ]]
	refused 2 event event --contact ada@engines.example
	refused 2 event reply
	refused 1 event reply --contact nobody@nowhere.example
	refused 1 event click --contact ada@engines.example --step frist
	refused 1 event reply --contact ada@engines.example --sequence nope
	refused 1 event reply --contact "not an address"
}

@test "event set revises a contact" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	seqd event set --contact ada@engines.example --set first_name=Augusta --set vip=yes
	[ "$status" -eq 0 ]
	"$SEQD" run --until-idle
	grep -rq "^Subject: Hello Augusta" .seqd/maildir/new
	refused 1 event set --contact ada@engines.example --set seats=many
	refused 2 event set --contact ada@engines.example --set seats
}

@test "stop ends a contact's enrollments, in one sequence or in all" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	"$SEQD" enroll contacts.csv --sequence pitch > /dev/null
	seqd stop ada@engines.example --sequence pitch
	[ "$output" = "1 ended" ]
	seqd stop grace@cobol.example
	[ "$output" = "2 ended" ]
	"$SEQD" run --until-idle
	[ "$(mails)" -eq 1 ]
	refused 1 stop nobody@nowhere.example
}

@test "pause and resume: a sequence, a mailbox, a contact, everything (rule 7)" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	for what in hello "--mailbox sales" "--contact ada@engines.example" --all; do
		# shellcheck disable=SC2086
		seqd pause $what
		[ "$status" -eq 0 ]
		[[ "$output" == "paused "* ]]
	done
	"$SEQD" run --until-idle
	[ "$(mails)" -eq 0 ]
	seqd status
	[[ "$output" == *"hello"*"paused"*"sales"*"paused"* ]]
	seqd show ada@engines.example
	[[ "$output" == *"paused"* ]]
	for what in --all hello "--mailbox sales" "--contact ada@engines.example"; do
		# shellcheck disable=SC2086
		seqd resume $what
		[ "$status" -eq 0 ]
	done
	refused 1 resume hello
	refused 1 pause nope
	refused 1 pause --mailbox nope
	refused 1 pause --contact nobody@nowhere.example
	refused 2 pause
	refused 2 pause hello --all
}

@test "a store born virtual: its clock moves by run --until alone" {
	ready --virtual --from 2026-03-02
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	refused 2 run
	[[ "$stderr" == *"--until TIME"* ]]
	seqd run --until 2026-03-03
	[ "$status" -eq 0 ]
	[ "$(mails)" -eq 2 ]
	"$SEQD" event reply --contact ada@engines.example
	"$SEQD" run --until 2026-03-05
	[ "$(mails)" -eq 3 ]
	grep -rq "^Date: Wed, 04 Mar 2026 01:00:00 +0100" .seqd/maildir/new
	refused 2 run --until 2026-03-04
	[[ "$stderr" == *"at 2026-03-05T00:00:00"* ]]
	refused 2 run --until someday
	refused 1 init --virtual --from 2026-01-01
	[[ "$stderr" == *"only a new one can be born virtual"* ]]
}

@test "a virtual clock never runs on a real store" {
	ready
	refused 2 run --until 2030-01-01
	refused 2 init --virtual
	refused 2 init --virtual --from tomorrow
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	refused 1 init --virtual --from 2026-01-01
}

@test "status, show and outbox as text and as JSON; why in sentences" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	seqd outbox
	[[ "$output" == *"ada@engines.example"*"first, waiting"* ]]
	seqd outbox --format json
	json 'True' < /dev/null || python3 -c 'import json, sys; [json.loads(l) for l in sys.argv[1].splitlines()]' "$output"
	"$SEQD" run --until-idle
	seqd status
	[ "$status" -eq 0 ]
	[[ "$output" == *"hello"*"active"*"sales@acme.example"*"open"* ]]
	seqd status --format json
	python3 -m json.tool <<< "$output" > /dev/null
	json 'list(d)[0] == "format_version" and d["stopped"] is None and len(d["sequences"]) == 2 and d["mailboxes"][0]["name"] == "sales"'
	json '[s["active"] for s in d["sequences"] if s["name"] == "hello"] == [2]'
	seqd show ada@engines.example --format json
	json 'd["format_version"] == 1 and d["status"] == "active" and d["wake"].endswith(("+01:00", "+02:00"))'
	seqd show ada@engines.example
	[[ "$output" == *"ada@engines.example"*"hello"*"active"* ]]
	seqd why ada@engines.example
	[[ "$output" == *"times in Europe/Paris"*"enrolled"*"first sent"*"waits until"* ]]
	seqd outbox
	[ "$output" = "Nothing is on its way, and nothing is in doubt." ]
	refused 1 show nobody@nowhere.example
	refused 1 why nobody@nowhere.example
	refused 1 show ada@engines.example --sequence nope
	refused 2 show
	refused 2 status --format yaml
	refused 2 outbox --as sent
	refused 2 outbox --resolve one --as sent
	refused 1 outbox --resolve 1 --as sent
	refused 2 outbox --resolve 1 --as lost
}

@test "suppress: an address gets nothing more (rule 14)" {
	ready
	seqd suppress ADA@engines.example --reason "asked by phone"
	[ "$output" = suppressed ]
	seqd suppress
	[[ "$output" == *"ada@engines.example"*"all"*"all"*"asked by phone"* ]]
	seqd enroll contacts.csv --sequence hello --skip-bad
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"contacts.csv:2: no message of the sequence could reach it"* ]]
	"$SEQD" run --until-idle
	[ "$(mails)" -eq 1 ]
	run ! grep -rq "ada@engines" .seqd/maildir/new
	refused 1 suppress "no address"
	refused 2 suppress --channel sms
	refused 2 suppress grace@cobol.example --channel pigeon
}

@test "an unsubscribe covers sales, not service (rule 14)" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	"$SEQD" enroll contacts.csv --sequence pitch > /dev/null
	"$SEQD" event unsubscribe --contact ada@engines.example
	"$SEQD" run --until-idle
	[ "$(grep -rl "^To: .*ada@" .seqd/maildir/new | wc -l)" -eq 1 ]
	grep -rl "^To: .*ada@" .seqd/maildir/new | xargs grep -q "^Subject: Hello Ada"
}

@test "a copied store sends nothing until it is adopted (rule 15)" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	cp -r "$WS" "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy"
	refused 75 run --until-idle
	[[ "$stderr" == *"this store is a copy"*"seqd adopt"* ]]
	[ "$(mails)" -eq 0 ]
	seqd status
	[[ "$output" == *"Nothing leaves: this store is a copy"* ]]
	seqd status --format json
	json '"seqd adopt" in d["stopped"]'
	seqd adopt
	[ "$status" -eq 0 ]
	seqd run --until-idle
	[ "$status" -eq 0 ]
	seqd status
	[[ "$output" != *"Nothing leaves"* ]]
	# What the original may have sent meanwhile is in doubt here, and a person says what became of it.
	seqd outbox
	[ "$(grep -c "in doubt" <<< "$output")" -eq 2 ]
	seqd outbox --resolve 1 --as failed
	[ "$output" = "settled as failed" ]
	seqd outbox --resolve 2 --as sent
	[ "$status" -eq 0 ]
	seqd show grace@cobol.example
	[[ "$output" == *"at after first, next "* ]]
}

@test "clock accept is the one thing about the clock" {
	ready
	seqd clock accept
	[ "$status" -eq 0 ]
	refused 2 clock wind
}

@test "every verb explains itself, and nothing needs a store to do so" {
	for verb in init rehearse deploy activate pause resume enroll event stop run status show why outbox suppress adopt clock; do
		seqd "$verb" --help
		[ "$status" -eq 0 ]
		[[ "$output" == *"seqd $verb"*"--workspace DIR"* ]]
	done
	refused 2
	refused 2 enrol
	[[ "$stderr" == *"did you mean"*"enroll"* ]]
	refused 2 status --formt json
}

@test "without a store, without a workspace, in the wrong one: exit 2, and the way out" {
	for call in deploy "activate hello" "pause --all" "enroll contacts.csv --sequence hello" "event reply --contact a@b.example" \
		"stop a@b.example" run status "show a@b.example" "why a@b.example" outbox suppress adopt "clock accept"; do
		# shellcheck disable=SC2086
		refused 2 $call
		[[ "$stderr" == *"seqd init"* ]]
		[ ! -e .seqd ]
	done
	refused 2 status --workspace /nowhere
	[[ "$stderr" == *"/nowhere: No such file or directory"* ]]
	refused 2 status --workspace "$BATS_TEST_TMPDIR"
	[[ "$stderr" == *"there is no workspace.seq in"* ]]
	refused 1 rehearse contacts.csv --sequence hello --workspace "$BATS_TEST_TMPDIR"
	[[ "$stderr" == *"it has no workspace.seq"* ]]
	cd /
	refused 2 init
	[[ "$stderr" == *"--workspace DIR"* ]]
}

@test "the workspace is found upwards, or named" {
	ready
	mkdir -p emails/deep
	cd emails/deep
	seqd status
	[ "$status" -eq 0 ]
	cd /
	seqd status --workspace "$WS"
	[ "$status" -eq 0 ]
	[[ "$output" == *hello* ]]
}
