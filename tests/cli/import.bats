# SPDX-License-Identifier: Apache-2.0
# seqc import: tables as other tools export them, and the sequences they become.
# shellcheck disable=SC2154,SC2016

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath -m "${SEQC:-build/seqc}")"
	cd "$BATS_TEST_TMPDIR"
}

# The lines of the sequence's body, without its settings.
steps() { sed -n '/exit on reply/,$p' "$1" | sed '1,2d;$d'; }

@test "days between the steps, one e-mail after another" {
	printf '%s\n' 'Step,After days,Channel,Subject,Body' \
		'intro,0,Email,A quick question,What would help you most?' \
		'bump,3,email,,Did my note reach you?' \
		'last,1,email,Another matter,Good-bye' >cadence.csv
	"$SEQC" import cadence.csv -o spring.seq
	cat >want.txt <<'TEXT'
    email intro {
        subject "A quick question"
        body    "What would help you most?"
    }
    wait 3 days
    email bump {
        body "Did my note reach you?"
    }
    wait 1 day
    email last {
        subject "Another matter"
        new_thread
        body    "Good-bye"
    }
TEXT
	diff want.txt <(steps spring.seq)
	grep -q '^sequence spring "spring" {$' spring.seq
	"$SEQC" check --deny warnings spring.seq
}

@test "days from the enrollment: the first day is the day of the enrollment" {
	for first in 0 1; do
		printf 'Day;Body;Subject\n%d;One;Hello\n%d;Two;\n%d;Three;\n' $first $((first + 2)) $((first + 7)) >t.csv
		"$SEQC" import t.csv --name three >t.seq
		grep -c 'wait' t.seq | grep -qx 2
		grep -q 'wait 2 days' t.seq
		grep -q 'wait 5 days' t.seq
		"$SEQC" check --deny warnings t.seq
	done
}

@test "a byte order mark, semicolons, CRLF, quotes, line ends in a cell, hours" {
	printf '\357\273\277"Delay";"Type";"Subject line";"Message"\r\n0;Email;"Say ""hi""; then go";"Line 1\r\nLine 2\r\n\r\n- a\r\n- b"\r\n"4 hours";Email;;"Path C:\\temp"\r\n' >t.csv
	"$SEQC" import t.csv --name quoted >t.seq
	cat >want.txt <<'TEXT'
    email email_1 {
        subject "Say \"hi\"; then go"
        body """
            Line 1\\
            Line 2

            - a
            - b
        """
    }
    wait 4 hours
    email email_2 {
        body "Path C:\\temp"
    }
TEXT
	diff want.txt <(steps t.seq)
	"$SEQC" check --deny warnings t.seq
}

@test "merge tags of other tools become fields, with a default" {
	printf '%s\n' 'subject,body' \
		'"Hi {{FirstName}}","{{ contact.first_name }} %FIRST_NAME% [First Name] {first_name} *|FNAME|* ${firstName} {{first_name | default: ""friend""}} {{firstName|pal}} {{sender.name}}"' >t.csv
	"$SEQC" import t.csv --name tags >t.seq
	grep -q 'subject "Hi {{first_name}}"' t.seq
	grep -qF '{{first_name}} {{first_name}} {{first_name}} {{first_name}} {{first_name}} {{first_name}} {{first_name | default "friend"}} {{first_name | default "pal"}} {{mailbox.name}}' t.seq
	"$SEQC" check --deny warnings t.seq
}

@test "the workspace's own fields are known, and a value that may be absent has a default" {
	printf '%s\n' 'workspace w {' '    contact { email email required; first_name text; company text required; city text }' \
		'    mailbox m { address "a@w.example"; postal "1 Main St" }' '}' >workspace.seq
	printf '%s\n' 'subject,body' '{{Company Name}} in {{city}},"Dear {{First}}"' >t.csv
	"$SEQC" import t.csv -o own.seq
	grep -qF 'subject "{{company}} in {{city | default ""}}"' own.seq
	grep -qF 'body    "Dear {{first_name | default "there"}}"' own.seq
	"$SEQC" check --deny warnings own.seq
}

@test "a tag that nothing stands for stays as it is, and makes a draft of it" {
	printf '%s\n' 'subject,body' 'Hello,"{{shoe_size}} {{#if x}} %%% 50% off, 20% more [see](https://a.example) {notatag}"' >t.csv
	run --separate-stderr "$SEQC" import t.csv --name unknown
	[ "$status" -eq 0 ]
	printf '%s\n' "$output" >t.seq
	grep -q '^draft sequence unknown ' t.seq
	grep -qF '# ' t.seq
	grep -qF '\u{7b}{shoe_size}} \u{7b}{#if x}} %%% 50% off, 20% more [see](https://a.example) {notatag}' t.seq
	[[ "$stderr" == *"no field of a contact is known for {{shoe_size}}"* ]]
	"$SEQC" check t.seq
}

@test "HTML becomes Markdown" {
	printf '%s\n' 'subject,body' 'Hello,"<html><head><style>p{}</style></head><p>Dear you,</p><p>see <a href=""https://a.example/x"">this page</a> &amp; <b>that</b>.<br>Bye&nbsp;&#8211; Kim</p><ul><li>one</li><li>two</li></ul><a href=""http://old.example"">old</a>"' >t.csv
	"$SEQC" import t.csv --name html >t.seq
	cat >want.txt <<'TEXT'
    email email_1 {
        subject "Hello"
        body """
            Dear you,

            see [this page](https://a.example/x) & **that**.\\
            Bye – Kim

            - one
            - two

            old (http://old.example)
        """
    }
TEXT
	diff want.txt <(steps t.seq)
	"$SEQC" check --deny warnings t.seq
}

@test "texts, calls and what nobody knows: SMS steps and tasks" {
	printf '%s\n' 'Step,Day,Channel,Subject,Body' '1,1,SMS,,"Hi {{first_name}}"' '2,2,Call,Ask for the budget,Be brief' \
		'3,4,LinkedIn,,Connect' '4,5,Email,Hello,Text' >t.csv
	"$SEQC" import t.csv --name mixed >t.seq
	cat >want.txt <<'TEXT'
    sms sms_1 {
        text "Hi {{first_name}}"
    }
    wait 1 day
    # Be brief
    task task_2 "Call: Ask for the budget"
    wait 2 days
    task task_3 "LinkedIn: Connect"
    wait 1 day
    email email_4 {
        subject "Hello"
        body    "Text"
    }
TEXT
	diff want.txt <(steps t.seq)
}

@test "every row that is refused is named with its line, and nothing is written" {
	printf '%s\n' 'Day,Channel,Subject,Body' '1,email,,No subject' '0,email,S,Earlier' '-2,email,S,Negative' \
		'x,email,S,No number' '3,email,S,' '3,sms,,' '4,,,' '4,email,S,B,too many' '5,"email"x,S,B' >t.csv
	run "$SEQC" import t.csv -o none.seq
	[ "$status" -eq 1 ]
	echo "$output"
	for line in 2 3 4 5 6 7 8 9 10; do
		[ "$(grep -c "^t.csv:$line: " <<<"$output")" -eq 1 ]
	done
	[[ "$output" == *"t.csv:3: day 0 comes after day 1"* ]]
	[[ "$output" == *"9 rows refused, and nothing is written"* ]]
	[ ! -e none.seq ]
}

@test "a header that says nothing, or two things" {
	for header in 'a,b' 'day,delay,body' 'days,body' 'body,message' ''; do
		printf '%s\n' "$header" '1,2' >t.csv
		run -1 "$SEQC" import t.csv
		[[ "$output" == *"t.csv:"* ]]
	done
	: >empty.csv
	run -1 "$SEQC" import empty.csv
	printf 'subject,body\n' >t.csv
	run -1 "$SEQC" import t.csv
	[[ "$output" == *"there is no row below the header"* ]]
	run -2 "$SEQC" import nowhere.csv
	printf 'subject,body\nS,a "quote' >t.csv
	run -1 "$SEQC" import t.csv
	[[ "$output" == *"t.csv:2: a quote stands in the middle of a cell"* ]]
	printf 'subject,body\nS,B\n' >t.csv
	run -2 "$SEQC" import t.csv --name Bad-Name
	echo precious >mine.seq
	run -2 "$SEQC" import t.csv -o mine.seq
	[ "$(cat mine.seq)" = precious ]
}

@test "names: of the column, made where there is none, never twice, never a word of the language" {
	printf '%s\n' 'Step,Subject,Body' 'Intro mail!,S,B' 'Intro mail,,B' 'reply,,B' 'Step 4,,B' '"Été 2026",,B' >t.csv
	"$SEQC" import t.csv --name names >t.seq
	for name in intro_mail intro_mail_2 reply_1 email_4 t_2026; do
		grep -q "email $name {" t.seq
	done
	"$SEQC" check --deny warnings t.seq
}

@test "whatever a table holds, what comes of it checks" {
	run python3 - "$SEQC" <<'PYTHON'
import csv, io, random, subprocess, sys
seqc, rng = sys.argv[1], random.Random(7)
pieces = ["{{", "}}", "{{first_name}}", "{", "}", "%", "%X_Y%", "[", "]", "](", "*|", "|*", '"', '"""', "\\", "\n", "\r\n", "#", "\n#", "\n- ",
	"<p>", "</p>", "<b", "<a href=\"https://a.example/\">", "</a>", "&amp;", "&#", "&#999999;", "é", "健", "\t", " ", "text", "Re: ", "1. ", "{{when x}}",
	"{{end}}", "{%", "%}", "<http://a>", "---", "`", "~", "|", "$", "\u202e"]
bad = 0
for i in range(300):
	def some(n):
		return "".join(rng.choice(pieces) for _ in range(rng.randint(1, n)))
	out = io.StringIO()
	w = csv.writer(out, lineterminator=rng.choice(["\n", "\r\n"]))
	w.writerow(["step", "after days", "channel", "subject", "body"])
	for row in range(rng.randint(1, 4)):
		w.writerow([some(2) if rng.random() < .5 else "", rng.randint(0, 3), "email", "S" + some(6), "B" + some(30)])
	made = subprocess.run([seqc, "import", "-", "--name", "fuzz"], input=out.getvalue().encode(), capture_output=True)
	if made.returncode != 0:
		print(i, "import", made.returncode, made.stderr.decode()[:300]); bad += 1; continue
	checked = subprocess.run([seqc, "check", "-"], input=made.stdout, capture_output=True)
	written = subprocess.run([seqc, "fmt", "-"], input=made.stdout, capture_output=True)
	if written.stdout != made.stdout:
		print(i, "fmt", made.stdout.decode(), written.stdout.decode()); bad += 1
	if checked.returncode != 0:
		print(i, "check", checked.returncode, checked.stderr.decode()[:600], made.stdout.decode()); bad += 1
	if bad > 2:
		break
sys.exit(bad)
PYTHON
	echo "$output"
	[ "$status" -eq 0 ]
}
