# SPDX-License-Identifier: Apache-2.0
# What the tests of seqd share: a workspace of one mailbox and two sequences that send at any hour, so that what is due
# leaves at once on the real clock.
# shellcheck disable=SC2034,SC2154

bats_require_minimum_version 1.5.0

seqd_setup() {
	SEQD="$(realpath "${SEQD:-build/seqd}")"
	ROOT=$PWD
	WS="$BATS_TEST_TMPDIR/ws"
	mkdir "$WS"
	cd "$WS"
	cat > workspace.seq <<'SEQ'
workspace acme {
    edition  1
    locales  en
    timezone "Europe/Paris"
    contact {
        email      email   required
        first_name text    default "there"
        timezone   zone
        region     one of americas, europe
        seats      number
        born       date
        vip        yes_no  default no
    }
    key     email
    mailbox sales {
        address "sales@acme.example"
        postal  "Acme, 1 Main Street, Springfield"
    }
}
SEQ
	cat > hello.seq <<'SEQ'
sequence hello "Hello" {
    purpose service
    mailbox sales
    window  anytime
    unsubscribe none
    exit on reply
    exit on event "account.closed"
    email first { subject "Hello {{first_name}}"; body "Good to have you." }
    wait 2 days
    email second { body "Still there?" }
}
SEQ
	cat > pitch.seq <<'SEQ'
sequence pitch "Pitch" {
    mailbox sales
    window  anytime
    exit on reply
    email offer { subject "An offer, {{first_name}}"; body "Shall we talk?" }
    wait 2 days
    email again { body "Shall we?" }
}
SEQ
	printf 'email,first_name,seats\nada@engines.example,Ada,12\ngrace@cobol.example,Grace,\n' > contacts.csv
}

# A store in which both sequences are active.
ready() {
	"$SEQD" init "$@" && "$SEQD" deploy && "$SEQD" activate hello && "$SEQD" activate pitch
} > /dev/null

seqd() { run --separate-stderr "$SEQD" "$@"; }

# The exit code, and that nothing went to standard output where it is an error.
refused() { # CODE VERB ...
	local code=$1
	shift
	seqd "$@"
	[ "$status" -eq "$code" ] || { echo "exit $status, not $code: $output $stderr"; return 1; }
	[ -n "$stderr" ]
}

mails() { find "${1:-.seqd/maildir/new}" -type f | wc -l; }

json() { # a Python expression on the parsed output `d`
	python3 -c 'import json, sys; d = json.loads(sys.argv[1]); assert eval(sys.argv[2]), d' "$output" "$1"
}

# Until the command succeeds, at most 10 seconds.
await() {
	for _ in $(seq 200); do
		! "$@" > /dev/null 2>&1 || return 0
		sleep 0.05
	done
	echo "in vain: $*" >&2
	return 1
}
