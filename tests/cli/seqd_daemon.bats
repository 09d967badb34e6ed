#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A running daemon: other verbs are carried out inside it, through its socket, and look as if they were not; it stops in
# order; nobody writes beside it (rule 21).
# shellcheck disable=SC2154

load seqd_help

setup() { seqd_setup; }

teardown() {
	[ -z "${DAEMON:-}" ] || kill -9 "$DAEMON" 2> /dev/null || true
}

start() {
	"$SEQD" run 2> "$BATS_TEST_TMPDIR/daemon.log" 3>&- &
	DAEMON=$!
	await grep -q "seqd: running" "$BATS_TEST_TMPDIR/daemon.log"
}

# Its exit code.
stop() { # SIGNAL
	local code=0
	kill "-$1" "$DAEMON"
	wait "$DAEMON" || code=$?
	DAEMON=
	return "$code"
}

have_mails() { [ "$(mails)" -eq "$1" ]; }

@test "verbs go through the socket, with their own streams, folder and exit code" {
	ready
	start
	[ "$(stat -c %a .seqd/seqd.sock)" = 600 ]
	mkdir lists
	mv contacts.csv lists
	cd lists
	seqd enroll contacts.csv --sequence hello
	[ "$status" -eq 0 ]
	[[ "$output" == "2 enrolled"* ]]
	[ -z "$stderr" ]
	cd ..
	await have_mails 2
	seqd event reply --contact ada@engines.example
	[ "$output" = taken ]
	refused 1 event reply --contact nobody@nowhere.example
	[[ "$stderr" == 'seqd event: nobody here is "nobody@nowhere.example"' ]]
	refused 2 event
	seqd pause hello
	[ "$output" = "paused hello" ]
	seqd status
	[[ "$output" == *"hello"*"paused"* ]]
	seqd stop grace@cobol.example
	[ "$output" = "1 ended" ]
	seqd show ada@engines.example
	[[ "$output" == *" ended "* ]]
	stop TERM
	[ ! -e .seqd/seqd.sock ]
}

@test "standard input, a pipe as well, reaches the daemon whole" {
	ready
	start
	run --separate-stderr "$SEQD" enroll - --sequence hello < contacts.csv
	[[ "$output" == "2 enrolled"* ]]
	printf 'email\ntane@kiwi.example\n' | { sleep 0.2; cat; } | "$SEQD" enroll - --sequence hello > out
	grep -q "^1 enrolled" out
	mkfifo pipe
	refused 2 enroll pipe --sequence hello
	[[ "$stderr" == *"pipe: this is no file"* ]]
	await have_mails 3
	stop TERM
}

@test "SIGTERM and SIGINT stop it in order, exit 0; what was due is not lost" {
	ready
	start
	stop INT
	grep -q "stopping; what is on its way finishes" "$BATS_TEST_TMPDIR/daemon.log"
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	start
	await have_mails 2
	stop TERM
}

@test "after kill -9 the socket that it left is no obstacle" {
	ready
	start
	stop KILL || [ $? -eq 137 ]
	[ -S .seqd/seqd.sock ]
	seqd enroll contacts.csv --sequence hello
	[ "$status" -eq 0 ]
	start
	await have_mails 2
	stop TERM
}

@test "one process writes: a second daemon, and init, are told who holds the store, exit 75" {
	ready
	start
	refused 75 run
	[[ "$stderr" == *"in use by process $DAEMON"* ]]
	refused 75 init
	[[ "$stderr" == *"in use by process $DAEMON"* ]]
	stop TERM
}

@test "status counts beside the daemon, and asks it what only it knows" {
	ready
	start
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	await have_mails 2
	rm -r .seqd/maildir/tmp
	: > .seqd/maildir/tmp
	"$SEQD" enroll --sequence pitch --contact email=ada@engines.example > /dev/null
	trouble() { "$SEQD" status | grep "sales@acme.example.*parked until"; }
	await trouble
	seqd status --format json
	json 'list(d)[0] == "format_version" and d["mailboxes"][0]["parked_until"] and d["mailboxes"][0]["trouble"] and len(d["sequences"]) == 2'
	seqd status --mailboxes --format json
	json 'list(d)[0] == "format_version" and d["mailboxes"][0]["trouble"] and "sequences" not in d'
	stop TERM
	seqd status --format json
	json 'len(d["sequences"]) == 2 and not d["mailboxes"][0]["trouble"]'
}

@test "a deploy inside the daemon is in force at once" {
	ready
	start
	sed -i 's/Good to have you/Nice to have you/' hello.seq
	seqd deploy
	[ "$status" -eq 0 ]
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	await have_mails 2
	grep -rq "Nice to have you" .seqd/maildir/new
	sed -i 's/wait 2 days/wait 2 dais/' hello.seq
	refused 1 deploy
	[[ "$stderr" == *"hello.seq:9:"* ]]
	stop TERM
}

@test "a call that names another deployment than the daemon's is not carried out" {
	ready
	printf 'deployment other {\n    store "sqlite:other.db"\n}\n' > "$BATS_TEST_TMPDIR/other.seq"
	start
	refused 75 enroll contacts.csv --sequence hello --deployment "$BATS_TEST_TMPDIR/other.seq"
	[[ "$stderr" == *"has no deployment; leave --deployment out"* ]]
	stop TERM
}

@test "a socket whose path is longer than 107 bytes" {
	ready
	long="$BATS_TEST_TMPDIR/$(printf 'a%.0s' $(seq 100))"
	mkdir "$long"
	mv "$WS"/* "$long"
	cd "$long"
	ready
	start
	seqd enroll contacts.csv --sequence hello
	[ "$status" -eq 0 ]
	await have_mails 2
	stop TERM
	[ ! -e .seqd/seqd.sock ]
}

@test "bytes that are no call do not disturb the daemon" {
	ready
	start
	python3 - <<'PY'
import os, socket
for data in (b"", b"x", os.urandom(1000), b"enroll\0" * 3000):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(".seqd/seqd.sock")
    if data:
        s.send(data)
    s.close()
PY
	seqd enroll contacts.csv --sequence hello
	[ "$status" -eq 0 ]
	stop TERM
}
