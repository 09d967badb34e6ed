#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The SMTP channel against real servers on loopback: OpenSMTPD (a Debian package), and a server that misbehaves on
# demand. tests/unit/smtp_live_test.c is the client; what was delivered is read back by Python's MIME parser.

bats_require_minimum_version 1.5.0

setup_file() {
	export LIVE=$BATS_TEST_DIRNAME
	export CLIENT=${BUILD:-$(dirname "${SEQD:-build/seqd}")}/tests/unit/smtp_live_test
	export WORK=$BATS_FILE_TMPDIR
	[ -x "$CLIENT" ] || { echo "$CLIENT is not built" >&2; return 1; }
	mkdir "$WORK/plain" "$WORK/tls"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$WORK/key.pem" -out "$WORK/cert.pem" 2>/dev/null
	python3 "$LIVE/fake_smtp.py" "$WORK/plain" 3>&- & echo $! >"$WORK/plain.pid"
	python3 "$LIVE/fake_smtp.py" "$WORK/tls" "$WORK/cert.pem" "$WORK/key.pem" 3>&- & echo $! >"$WORK/tls.pid"
	await "$WORK/plain/port"
	await "$WORK/tls/port"
}

teardown_file() {
	kill "$(cat "$WORK/plain.pid")" "$(cat "$WORK/tls.pid")"
}

# Until the file is there, at most 10 seconds.
await() {
	for _ in $(seq 100); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	echo "$1 did not appear" >&2
	return 1
}

# Of one of the misbehaving servers.
url() {
	echo "smtp://127.0.0.1:$(cat "$WORK/$1/port")"
}

# In a folder: files that hold mail.
mails() {
	find "$1" -type f | wc -l
}

@test "50 messages through OpenSMTPD are parsed back by Python without a defect" {
	[ "$(id -u)" = 0 ] || skip "OpenSMTPD starts as root only"
	command -v smtpd || skip "opensmtpd is not installed"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	dir=$(mktemp -d /tmp/seq-opensmtpd.XXXXXX)
	"$LIVE/server.sh" "$dir" 3>&- & server=$!
	await "$dir/port"
	sleep 1
	run -0 env SMTP_TEST_URL="smtp://127.0.0.1:$(cat "$dir/port")" "$CLIENT"
	for _ in $(seq 100); do
		[ "$(mails "$dir/maildir/new")" -lt 51 ] || break
		sleep 0.1
	done
	run -0 python3 "$LIVE/parse_mail.py" "$dir/maildir" 50
	# And one after the aborted release; neither the aborted nor the closed one.
	[ "$(mails "$dir/maildir/new")" = 51 ]
	kill "$server"
	wait "$server" || true
	rm -r "$dir"
}

@test "each misbehaviour of a server has its outcome, and nothing is delivered that was not released" {
	run -0 env SMTP_TEST_FAKE=1 SMTP_TEST_URL="$(url plain)" "$CLIENT"
	# 50, one after the abort, slow, bücher, idle-close, ok
	[ "$(mails "$WORK/plain/mail")" = 55 ]
	run -0 python3 "$LIVE/parse_mail.py" "$WORK/plain/mail" 50
}

@test "a session carries at most messages_per_session" {
	run -0 grep -c "queued as" -r "$WORK/plain/sessions"
	most=$(echo "$output" | cut -d: -f2 | sort -n | tail -1)
	[ "$most" = 7 ]
}

@test "the same over STARTTLS with AUTH; a wrong password stops the account" {
	run -0 env SMTP_TEST_FAKE=1 SMTP_TEST_CA="$WORK/cert.pem" SMTP_TEST_URL="$(url tls)" "$CLIENT"
	[ "$(mails "$WORK/tls/mail")" = 55 ]
	! grep -r -l '^< AUTH' "$WORK/plain/sessions"
}

@test "STARTTLS that is required and not offered sends nothing, least of all a password" {
	before=$(mails "$WORK/plain/mail")
	run env SMTP_TEST_HOLD=1 SMTP_TEST_CA="$WORK/cert.pem" SMTP_TEST_URL="$(url plain)" "$CLIENT"
	[ "$status" != 0 ]
	[ "$(mails "$WORK/plain/mail")" = "$before" ]
	! grep -r '^< AUTH' "$WORK/plain/sessions"
}

@test "kill -9 while a message waits for its release: nothing is delivered (rule 2)" {
	before=$(mails "$WORK/plain/mail")
	SMTP_TEST_HOLD=1 SMTP_TEST_URL="$(url plain)" "$CLIENT" >"$WORK/held" 2>/dev/null 3>&- & client=$!
	for _ in $(seq 100); do
		! grep -q ready "$WORK/held" || break
		sleep 0.1
	done
	grep -q ready "$WORK/held"
	kill -9 "$client"
	wait "$client" || true
	sleep 0.5
	[ "$(mails "$WORK/plain/mail")" = "$before" ]
}
