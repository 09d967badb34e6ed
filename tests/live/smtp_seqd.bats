#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seqd itself, through a deployment, against OpenSMTPD on loopback: a running daemon sends a thread of three mails, which
# Python's MIME parser reads back; what the server refuses fails; nothing is sent twice.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQD="$(realpath "${SEQD:-build/seqd}")"
	LIVE=$BATS_TEST_DIRNAME
	[ "$(id -u)" = 0 ] || skip "OpenSMTPD starts as root only"
	command -v smtpd > /dev/null || skip "opensmtpd is not installed"
	DIR=$(mktemp -d /tmp/seq-opensmtpd.XXXXXX)
	"$LIVE/server.sh" "$DIR" 3>&- & SERVER=$!
	await test -e "$DIR/port"
	PORT=$(cat "$DIR/port")
	await python3 -c "import socket; socket.create_connection(('127.0.0.1', $PORT), 1).recv(3)"
	cd "$BATS_TEST_TMPDIR"
	cat > workspace.seq <<'SEQ'
workspace acme {
    edition  1
    locales  en
    timezone "America/New_York"
    contact { email email required; first_name text default "there"; timezone zone }
    key     email
    mailbox sales { address "sales@acme.example"; name "Zoë at Acmé"; postal "Acme, 1 Main Street, Springfield" }
}
sequence offer "An offer" {
    mailbox sales
    window  anytime
    quote   first
    exit on reply
    email intro  { subject "Une offre pour {{first_name}}"; body "Hello **{{first_name}}**, shall we talk?" }
    email bump   { body "Did my note reach you?" }
    email closing { body "This is the last one." }
}
SEQ
	printf 'deployment here {\n    connect sales { smtp "smtp://127.0.0.1:%s" tls none }\n}\n' "$PORT" > "$DIR/here.seq"
	HERE="--deployment=$DIR/here.seq"
}

teardown() {
	for pid in ${DAEMON:-} ${SERVER:-}; do
		kill "$pid" 2> /dev/null && wait "$pid" || true
	done
	[ -z "${DIR:-}" ] || rm -r "$DIR"
}

# Until the command succeeds, at most 20 seconds.
await() {
	for _ in $(seq 200); do
		! "$@" > /dev/null 2>&1 || return 0
		sleep 0.1
	done
	echo "in vain: $*" >&2
	return 1
}

delivered() { [ "$(find "$DIR/maildir/new" -type f | wc -l)" -ge "$1" ]; }
ended() { "$SEQD" show "$1" "$HERE" | grep -q " ended "; }

@test "a thread of three leaves through OpenSMTPD and reads back whole; what the server refuses fails" {
	"$SEQD" init "$HERE"
	"$SEQD" deploy "$HERE"
	"$SEQD" activate offer "$HERE"
	"$SEQD" run "$HERE" 2> daemon.log 3>&- & DAEMON=$!
	await grep -q "seqd: running" daemon.log
	printf 'email,first_name,timezone\nalice@test.local,Zoë 你好,Europe/Paris\nnobody@test.local,No,\n' > contacts.csv
	run -0 "$SEQD" enroll contacts.csv --sequence offer "$HERE"
	[[ "$output" == "2 enrolled"* ]]
	await delivered 3
	await ended alice@test.local
	await ended nobody@test.local
	kill -TERM "$DAEMON"
	wait "$DAEMON"
	DAEMON=
	# Nothing goes out again.
	run -0 "$SEQD" run --until-idle "$HERE"
	run -0 "$SEQD" outbox "$HERE"
	[ "$output" = "Nothing is on its way, and nothing is in doubt." ]
	run -0 "$SEQD" why nobody@test.local "$HERE"
	[[ "$output" == *"intro failed: 550"*"closing failed: 550"* ]]
	run -0 python3 "$LIVE/parse_thread.py" "$DIR/maildir"
	[ ! -e .seqd/maildir ]
}

@test "a server that went away: exit 69, and what is due waits for its next try" {
	"$SEQD" init "$HERE"
	"$SEQD" deploy "$HERE"
	"$SEQD" activate offer "$HERE"
	kill "$SERVER" && wait "$SERVER" || true
	SERVER=
	"$SEQD" enroll --contact email=alice@test.local --sequence offer "$HERE"
	run -69 --separate-stderr "$SEQD" run --until-idle "$HERE"
	[[ "$stderr" == *"the mailbox sales rests"* ]]
	run -0 "$SEQD" outbox "$HERE"
	[[ "$output" == *"alice@test.local"*"intro, waiting"* ]]
	run -0 "$SEQD" why alice@test.local "$HERE"
	[[ "$output" == *"intro not accepted yet: "* ]]
}

@test "a refused login: activate and run say so, exit 78; with the right password it goes" {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
		-keyout key.pem -out cert.pem 2> /dev/null
	mkdir fake
	python3 "$LIVE/fake_smtp.py" fake cert.pem key.pem 3>&- & DAEMON=$!
	await test -e fake/port
	cat > "$DIR/here.seq" <<SEQ
deployment here {
    connect sales {
        smtp "smtp://127.0.0.1:$(cat fake/port)" tls required
        ca_file "cert.pem"
        user env SEQ_TEST_USER
        password file "secret"
    }
}
SEQ
	export SEQ_TEST_USER=kim
	echo wrong > secret
	"$SEQD" init "$HERE"
	"$SEQD" deploy "$HERE"
	run -78 --separate-stderr "$SEQD" activate offer "$HERE"
	[[ "$stderr" == *"smtp://127.0.0.1:"* ]]
	[[ "$stderr" != *wrong* ]]
	echo secret > secret
	run -0 "$SEQD" activate offer "$HERE"
	echo wrong > secret
	"$SEQD" enroll --contact email=alice@test.local --sequence offer "$HERE"
	run -78 --separate-stderr "$SEQD" run --until-idle "$HERE"
	[[ "$stderr" == *"the mailbox sales rests"* ]]
	echo secret > secret
	run -0 "$SEQD" run --until-idle "$HERE"
	[ "$(find fake/mail -type f | wc -l)" -eq 3 ]
}
