#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Bad input: every error names its place and the way out, the exit code is that of runtime.md §6, nothing is half done.
# shellcheck disable=SC2154

load seqd_help

setup() { seqd_setup; }

teardown() {
	[ ! -d disk ] || umount disk 2> /dev/null || true
}

enrolled() { "$SEQD" status --format json | python3 -c 'import json, sys; print(sum(s["active"] for s in json.load(sys.stdin)["sequences"]))'; }

@test "a CSV with bad rows of every kind: each with its line and reason, and none is taken" {
	ready
	python3 - <<'PY'
rows = [
    b"email,first_name,timezone,region,seats,born,vip",      # line 1
    b"good@one.example,One,Europe/Paris,europe,3,1990-02-28,yes",
    b"short@row.example,Two",                                  # 3
    b"long@row.example,Three,,,,,,,",                          # 4
    b'open@quote.example,"Four,,,,,',                          # 5
    b'mid@quote.example,Fi"ve,,,,,',                           # 6
    b'after@quote.example,"Six"x,,,,,',                        # 7
    b"nul@byte.example,Se\0ven,,,,,",                          # 8
    b"latin@one.example,Andr\xe9,,,,,",                        # 9
    b"big@row.example," + b"x" * 1000000 + b",,,,,",           # 10
    b"not-an-address,Eleven,,,,,",                             # 11
    b",Twelve,,,,,",                                           # 12
    b"zone@bad.example,Thirteen,Europe/Pariss,,,,",            # 13
    b"option@bad.example,Fourteen,,asia,,,",                   # 14
    b"number@bad.example,Fifteen,,,many,,",                    # 15
    b"date@bad.example,Sixteen,,,,2026-02-30,",                # 16
    b"yes@bad.example,Seventeen,,,,,perhaps",                  # 17
    b'"good@two.example","O""Neil, the ""Second""",,,,,',      # 18
    b"good@one.example,Again,,,,,",                            # 19: a duplicate is no fault
]
open("bad.csv", "wb").write(b"\xef\xbb\xbf" + b"\r\n".join(rows) + b"\r\n\r\n")
PY
	refused 1 enroll bad.csv --sequence hello
	for line in \
		"bad.csv:3: 2 cells, but the header has 7 columns" \
		"bad.csv:4: 9 cells, but the header has 7 columns" \
		"bad.csv:5: a quote is never closed" \
		"bad.csv:6: a quote stands in the middle of a cell" \
		"bad.csv:7: something stands between a closing quote and the comma" \
		"bad.csv:8: a NUL byte" \
		"bad.csv:9: not UTF-8" \
		"bad.csv:10: the row is longer than 64 KiB" \
		"bad.csv:11: email: " \
		"bad.csv:12: it has no key" \
		'bad.csv:13: timezone: "Europe/Pariss" is no time zone' \
		'bad.csv:14: region: "asia" is none of its words' \
		"bad.csv:15: seats: " \
		"bad.csv:16: born: " \
		"bad.csv:17: vip: "; do
		[[ "$stderr" == *"$line"* ]] || { echo "missing: $line"; echo "$stderr"; false; }
	done
	[ "$(grep -c '^bad.csv:' <<< "$stderr")" -eq 15 ]
	[[ "$stderr" == *"15 of 18 rows are refused, so none is taken; mend them, or take the others with --skip-bad"* ]]
	[ "$(enrolled)" -eq 0 ]
	[ ! -e bad.csv.refused.csv ]

	# The good ones are taken, the others kept as they are, to be mended.
	seqd enroll bad.csv --sequence hello --skip-bad
	[ "$status" -eq 1 ]
	[[ "$output" == "2 enrolled, 0 queued, 1 were already there, 15 refused"* ]]
	[[ "$stderr" == *"the refused rows are in bad.csv.refused.csv"* ]]
	[ "$(stat -c %a bad.csv.refused.csv)" = 600 ]
	python3 - <<'PY'
all, refused = (open(f, "rb").read().removeprefix(b"\xef\xbb\xbf").split(b"\n") for f in ("bad.csv", "bad.csv.refused.csv"))
keep = [r.rstrip(b"\r") for i, r in enumerate(all, 1) if i == 1 or 3 <= i <= 17]
assert refused == keep + [b""], [r[:60] for r in refused]
PY
	# Again: nobody twice.
	seqd enroll bad.csv --sequence hello --skip-bad
	[[ "$output" == "0 enrolled, 0 queued, 3 were already there, 15 refused"* ]]
	[ "$(enrolled)" -eq 2 ]
}

@test "the same file enrolls once in each sequence, by its content and not by its name" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	cp contacts.csv copy.csv
	seqd enroll copy.csv --sequence hello
	[ "$status" -eq 0 ]
	[[ "$output" == "0 enrolled, 0 queued, 2 were already there, 0 refused"* ]]
	seqd enroll copy.csv --sequence pitch
	[[ "$output" == "2 enrolled"* ]]
}

@test "a bad header refuses the file, once and not row by row" {
	ready
	printf 'email,colour,first_name,first_name,,input.size\na@b.example,red,A,B,,1\n' > bad.csv
	refused 1 enroll bad.csv --sequence hello --skip-bad
	[[ "$stderr" == *'bad.csv:1: there is no contact field "colour"'* ]]
	[[ "$stderr" == *'bad.csv:1: two columns are called "first_name"'* ]]
	[[ "$stderr" == *'bad.csv:1: column 5 has no name'* ]]
	[[ "$stderr" == *'bad.csv:1: the sequence takes no input "size"'* ]]
	[[ "$stderr" == *"nobody is enrolled"* ]]
	: > empty.csv
	refused 1 enroll empty.csv --sequence hello
	[[ "$stderr" == *"empty.csv: the file is empty"* ]]
	printf '"email' > open.csv
	refused 1 enroll open.csv --sequence hello
	[[ "$stderr" == "open.csv:1: a quote is never closed" ]]
	printf 'email\n' > header.csv
	seqd enroll header.csv --sequence hello
	[ "$status" -eq 0 ]
	[[ "$output" == "0 enrolled"* ]]
	refused 2 enroll missing.csv --sequence hello
	[[ "$stderr" == *"missing.csv: No such file or directory"* ]]
	refused 2 enroll . --sequence hello
	[ "$(enrolled)" -eq 0 ]
}

@test "refused rows never overwrite the file that is read, and a file that cannot be written takes nobody" {
	ready
	printf 'email\nada@engines.example\nnobody\n' > c.csv
	cp c.csv before.csv
	refused 2 enroll c.csv --sequence hello --skip-bad --refused c.csv
	[[ "$stderr" == *"cannot go into the file that is read"* ]]
	cmp c.csv before.csv
	refused 2 enroll c.csv --sequence hello --skip-bad --refused /nowhere/refused.csv
	[[ "$stderr" == *"/nowhere/refused.csv: No such file"*"nobody was enrolled"* ]]
	[ "$(enrolled)" -eq 0 ]
}

@test "who would get the first message after the horizon is refused (rule 6)" {
	ready
	sed -i 's/    email first/    wait 100 days as long\n    email first/' hello.seq
	"$SEQD" deploy > /dev/null
	refused 1 enroll contacts.csv --sequence hello
	[[ "$stderr" == *"contacts.csv:2: its first message would leave later than the horizon"* ]]
	seqd enroll contacts.csv --sequence hello --horizon 120
	[ "$status" -eq 0 ]
}

@test "rehearsed events with bad lines: each is named, and nothing runs" {
	cat > events.jsonl <<'JSON'
{"at":"2026-03-02T10:00:00+01:00","contact":"ada@engines.example","event":"reply","step":"first"}
not json

{"at":"2026-03-02T10:00:00+01:00"
{"at":"someday","contact":"ada@engines.example","event":"reply"}
{"at":"2026-03-02T10:00:00+01:00","contact":"ada@engines.example","event":"clap"}
{"at":"2026-03-02T10:00:00+01:00","event":"reply"}
{"at":"2026-03-02T10:00:00+01:00","contact":"ada@engines.example","event":"event"}
{"at":"2026-03-02T10:00:00+01:00","contact":7,"event":"reply"}
{"at":"2026-03-02T10:00:00+01:00","contact":"ada@engines.example","event":"reply","stpe":"first"}
[1,2]
JSON
	refused 1 rehearse contacts.csv --sequence hello --from 2026-03-02 --events events.jsonl
	for line in 2 4 5 6 7 8 9 10 11; do
		[[ "$stderr" == *"events.jsonl:$line: "* ]] || { echo "$stderr"; false; }
	done
	[[ "$stderr" != *"events.jsonl:1:"* ]]
	[[ "$stderr" == *"no event of them is taken"* ]]
	[ ! -e .seqd ]
	refused 2 rehearse contacts.csv --sequence hello --events missing.jsonl
	for line in '"step":"frist"' '"sequence":"nope"'; do
		echo "{\"at\":\"2026-03-02T10:00:00+01:00\",\"contact\":\"ada@engines.example\",\"event\":\"click\",$line}" > events.jsonl
		refused 1 rehearse contacts.csv --sequence hello --from 2026-03-02 --events events.jsonl
		[[ "$stderr" == *"events.jsonl:1: "* ]] || { echo "$stderr"; false; }
	done
	echo '{"at":"2026-03-02T10:00:00+01:00","contact":"nobody@nowhere.example","event":"reply"}' > events.jsonl
	refused 1 rehearse contacts.csv --sequence hello --from 2026-03-02 --events events.jsonl
	[[ "$stderr" == *'events.jsonl:1: nobody here is "nobody@nowhere.example"'* ]]
}

@test "a damaged store, a newer one, and a file that is none" {
	ready
	"$SEQD" enroll contacts.csv --sequence hello > /dev/null
	cp .seqd/seq.db good.db
	sqlite3 .seqd/seq.db "PRAGMA user_version = 99"
	refused 78 status
	[[ "$stderr" == *"seq.db"*"newer"* ]]
	refused 78 run --until-idle
	head -c 100000 /dev/urandom > .seqd/seq.db
	refused 2 status
	[[ "$stderr" == *"seq.db is no database; name the store's file, or restore a backup"* ]]
	refused 2 deploy
	# In the middle: pages of zeros.
	cp good.db .seqd/seq.db
	rm -f .seqd/seq.db-wal .seqd/seq.db-shm
	python3 -c 'f = open(".seqd/seq.db", "r+b"); f.seek(4096); f.write(b"\0" * 4096 * 10)'
	refused 2 run --until-idle
	[[ "$stderr" == *"seq.db is damaged"*"restore a backup"* ]]
	truncate -s 5000 .seqd/seq.db
	refused 2 status
	cp good.db .seqd/seq.db
	seqd run --until-idle
	[ "$status" -eq 0 ]
	[ "$(mails)" -eq 2 ]
}

@test "a store that another process holds: exit 75, and who" {
	ready
	flock --no-fork .seqd/seq.db.lock sleep 30 3>&- &
	local holder=$!
	await bash -c '! flock -n .seqd/seq.db.lock true'
	refused 75 enroll contacts.csv --sequence hello
	[[ "$stderr" == *"seq.db is in use"* ]]
	refused 75 run --until-idle
	kill "$holder"
	wait "$holder" || true
}

@test "a full disk: exit 75, nothing is half done, and freed space is enough to go on" {
	[ "$(id -u)" = 0 ] || skip "mounting needs root"
	mkdir disk
	mount -t tmpfs -o size=400k tmpfs disk || skip "no tmpfs can be mounted"
	python3 -c 'print("email"); [print("contact%d@full.example" % i) for i in range(3000)]' > many.csv
	mv ./*.seq many.csv disk
	cd disk
	ready
	refused 75 enroll many.csv --sequence hello
	[[ "$stderr" == *"the disk is full; nothing is half done: free some space"*"nobody was enrolled"* ]]
	[ "$(enrolled)" -eq 0 ]
	mount -o remount,size=30m disk 2> /dev/null || mount -o remount,size=30m "$PWD"
	seqd enroll many.csv --sequence hello
	[ "$status" -eq 0 ]
	[[ "$output" == "3000 enrolled"* ]]
	cd ..
	umount disk
}

@test "a file that may not grow (ulimit -f) is a full disk, not a killed process" {
	ready
	python3 -c 'print("email"); [print("contact%d@full.example" % i) for i in range(3000)]' > many.csv
	run --separate-stderr bash -c 'ulimit -f 200; "$0" enroll many.csv --sequence hello' "$SEQD"
	[ "$status" -eq 75 ]
	[[ "$stderr" == *"the disk is full"* ]]
	[ "$(enrolled)" -eq 0 ]
}

deployment() { # LINES of connect sales
	printf 'deployment here {\n    connect sales {\n%s\n    }\n}\n' "$1" > "$BATS_TEST_TMPDIR/here.seq"
	HERE="--deployment $BATS_TEST_TMPDIR/here.seq"
}

# shellcheck disable=SC2086
@test "a deployment: literal secrets, missing ones, a bad URL are refused with 78, before anything is sent" {
	deployment '        smtp "smtp://127.0.0.1:1" tls none
        user env SEQ_TEST_USER; password "hunter2"'
	refused 78 init $HERE
	[[ "$stderr" == *"here.seq:4:"*"password"* ]]
	[ "$(grep -c hunter2 <<< "$stderr")" -le 2 ] # its own source line, and nowhere else
	deployment '        smtp "smtp://127.0.0.1:1" tls none
        user env SEQ_TEST_USER; password env SEQ_TEST_PASSWORD'
	"$SEQD" init $HERE > /dev/null
	"$SEQD" deploy $HERE > /dev/null
	refused 78 activate hello $HERE
	[[ "$stderr" == *"connect sales: the environment has no SEQ_TEST_USER, which is its user"* ]]
	refused 78 run --until-idle $HERE
	export SEQ_TEST_USER=kim SEQ_TEST_PASSWORD=
	refused 78 activate hello $HERE
	[[ "$stderr" == *"no SEQ_TEST_PASSWORD"* ]]
	deployment '        smtp "smtp://127.0.0.1:1" tls none
        user env SEQ_TEST_USER; password file "secret"'
	refused 78 activate hello $HERE
	[[ "$stderr" == *"/ws/secret: No such file or directory"* ]]
	: > secret
	refused 78 activate hello $HERE
	[[ "$stderr" == *"/ws/secret: it holds no text"* ]]
	head -c 100000 /dev/zero | tr '\0' x > secret
	refused 78 activate hello $HERE
	[[ "$stderr" == *"larger than 64 KiB"* ]]
	deployment '        smtp "smtp://kim:hunter2@127.0.0.1:1" tls none'
	refused 78 activate hello $HERE
	deployment '        smtp "smtp://mail.acme.example:25" tls none'
	refused 78 activate hello $HERE
	[[ "$stderr" == *"tls required"* ]]
	deployment '        smtp "smtp://127.0.0.1:1" tls none'
	sed -i 's/connect sales/connect salse/' "$BATS_TEST_TMPDIR/here.seq"
	refused 78 activate hello $HERE
	[[ "$stderr" == *"connect salse: the workspace has no mailbox of that name"* ]]
	refused 2 status --deployment missing.seq
	head -c 3000 /dev/urandom > noise.bin
	refused 78 status --deployment noise.bin
	refused 78 status --deployment hello.seq
}

# shellcheck disable=SC2086
@test "a server that cannot be reached: activate and run say so, exit 69, and nothing is lost" {
	deployment '        smtp "smtp://127.0.0.1:1" tls none'
	"$SEQD" init $HERE > /dev/null
	"$SEQD" deploy $HERE > /dev/null
	refused 69 activate hello $HERE
	[[ "$stderr" == *"smtp://127.0.0.1:1: "* ]]
	# Reachable when it was activated, and gone now.
	: > "$BATS_TEST_TMPDIR/none.seq"
	printf 'deployment here {\n}\n' > "$BATS_TEST_TMPDIR/none.seq"
	"$SEQD" activate hello --deployment "$BATS_TEST_TMPDIR/none.seq"
	"$SEQD" enroll contacts.csv --sequence hello $HERE > /dev/null
	refused 69 run --until-idle $HERE
	[[ "$stderr" == *"the mailbox sales rests, and what is due there waits: "* ]]
	seqd outbox $HERE
	[ "$(grep -c "first, waiting" <<< "$output")" -eq 2 ]
}

# shellcheck disable=SC2086
@test "random bytes for every file: an error with the place, and no crash" {
	ready
	for seed in 1 2 3 4; do
		python3 -c "import random, sys; sys.stdout.buffer.write(random.Random($seed).randbytes(20000))" > noise
		refused 1 enroll noise --sequence hello
		refused 1 enroll noise --sequence hello --skip-bad --refused "$BATS_TEST_TMPDIR/refused"
		refused 1 rehearse noise --sequence hello
		refused 1 rehearse contacts.csv --sequence hello --events noise
		refused 78 status --deployment noise
		{ echo email; cat noise; } > rows.csv
		refused 1 enroll rows.csv --sequence hello
		[[ "$stderr" == *"rows.csv:2: "* ]]
		cp noise junk.seq
		refused 1 deploy
		refused 1 rehearse contacts.csv --sequence hello
		rm junk.seq
	done
	[ "$(enrolled)" -eq 0 ]
}
