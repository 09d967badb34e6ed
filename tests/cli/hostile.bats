# SPDX-License-Identifier: Apache-2.0
# Hostile input for seqc: random and truncated bytes as .seq, .plan, .policy and deployment. Every case ends with the
# right exit code, a line that names the place, and no signal; nothing half-done is written. The cases are made from a
# fixed seed, so that a failure comes back.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	SEQC="$(realpath "${SEQC:-build/seqc}")"
	export SEQC EXAMPLE="$PWD/examples/acme" HELP="$BATS_FILE_TMPDIR/hostile.py"
	"$SEQC" build "$EXAMPLE" -o "$BATS_FILE_TMPDIR/out" > "$BATS_FILE_TMPDIR/built"
	cat > "$HELP" <<'PY'
import os, random, re, subprocess, sys

random.seed(20260302)
SEQC, EXAMPLE = os.environ["SEQC"], os.environ["EXAMPLE"]

def seqc(*words, data=None):
    r = subprocess.run([SEQC, *words], input=data, capture_output=True, timeout=10)
    return r.returncode, r.stdout.decode(), r.stderr.decode()

def fail(what, data, *why):
    open("culprit", "wb").write(data)
    print(what, *why, "the input:", os.path.abspath("culprit"), repr(data[:200]), sep="\n")
    sys.exit(1)

def read(path):
    with open(path, "rb") as f:
        return f.read()

def sources():
    return [read(os.path.join(folder, name)) for folder, _, names in sorted(os.walk(EXAMPLE))
            for name in sorted(names) if name.endswith(".seq")]

def cuts(data, n):
    return [data[:random.randrange(len(data))] for _ in range(n)]

def flips(data, n):
    for _ in range(n):
        at = random.randrange(len(data))
        yield data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1:]

def noise(n, longest=400):
    return [random.randbytes(random.randrange(1, longest)) for _ in range(n)]

def lines_shuffled(data, n):
    for _ in range(n):
        lines = data.split(b"\n")
        a, b = random.randrange(len(lines)), random.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
        yield b"\n".join(lines)

def check_source(data):
    """0 or 1; an error has a code and a place in the input that exists."""
    code, out, err = seqc("check", "-", data=data)
    if code not in (0, 1) or (code == 1) != bool(re.search(r"^error\[E\d{4}\]: ", err, re.M)):
        fail("seqc check", data, f"exit {code}", err[-600:])
    if (code == 0) != out.startswith("ok: ") or "E0517" in err:
        fail("seqc check", data, f"exit {code} and says", out, err)
    for line in re.findall(r"--> <stdin>:(\d+):\d+", err):
        if int(line) > data.count(b"\n") + 1:
            fail("a place that is not there", data, err)
    if code == 1 and not re.search(r"--> .+:\d+:\d+", err):
        fail("an error without a place", data, err)

def check_image(data, must_fail):
    """verify and dis agree, and tell in one line what is wrong at which byte."""
    open("image", "wb").write(data)
    for verb in "verify", "dis":
        code, out, err = seqc(verb, "image")
        refused = code == 1 and not out and re.fullmatch(
            rf"seqc {verb}: image is refused: [^\n]*(at byte \d+|it is empty)[^\n]*\n", err)
        if not refused and (must_fail or code != 0 or err):
            fail(f"seqc {verb}", data, f"exit {code}", out[:200], err)
PY
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	OUT="$BATS_FILE_TMPDIR/out"
}

hostile() { # a Python program with what stands above
	{ cat "$HELP"; cat; } > case.py
	run python3 case.py
	[ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "sources: noise, cut, with flipped bits and with lines in the wrong place" {
	hostile <<-'PY'
	cases = noise(60) + [bytes(random.choices(b'{}"#;|\\\n\t $sequnmail0123456789:.,()<=>', k=200)) for _ in range(60)]
	for text in sources():
	    cases += cuts(text, 30) + list(flips(text, 30)) + list(lines_shuffled(text, 30))
	for data in cases:
	    check_source(data)
	PY
}

@test "sources: deep, long and endless ones" {
	hostile <<-'PY'
	for data in [b"{" * 50000, b"}" * 50000, b"(" * 50000, b'"' * 50001, b'"""', b"#" * 100000, b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
	             b"sequence a { exit when " + b"not " * 20000 + b"contact.vip }", b"sequence a { " + b"when contact.vip { " * 5000,
	             b"sequence " + b"a" * 1000000 + b" { }", b'sequence a { email b { body "' + b"{{when x}}" * 5000 + b'" } }',
	             b"use std/" + b"x/" * 5000, b'use "../../../etc/passwd"', b'use "/dev/zero"', b'use "."',
	             b'sequence a { email b { subject "x"; body file "/dev/zero" } }',
	             b"sequence a {\n" + b"wait 1\n" * 3000 + b"}", b"sequence a {\n" + b"frob x\n" * 3000 + b"}"]:
	    check_source(data)
	PY
}

@test "deployments: cut, flipped and noisy" {
	hostile <<-'PY'
	whole = b'''deployment prod {
	    store    "sqlite:acme.db"
	    base_url "https://go.acme.example"
	    listen   "127.0.0.1:8080"
	    in_doubt hold at most 72 hours
	    connect sales { smtp "smtp://mx.acme.example" tls required; user "sales"; password env SALES_PASSWORD }
	}
	'''
	assert seqc("check", "-", data=whole)[0] == 0
	for data in cuts(whole, 60) + list(flips(whole, 80)) + list(lines_shuffled(whole, 30)):
	    check_source(data)
	PY
}

@test "plans and policies: cut, flipped and noisy" {
	for f in "$OUT"/*.plan "$OUT"/*.policy; do ln -s "$f" .; done
	hostile <<-'PY'
	import glob
	images = [read(path) for path in sorted(glob.glob("*.plan") + glob.glob("*.policy"))]
	assert len(images) >= 3 and all(seqc("verify", "-", data=whole)[0] == 0 for whole in images)
	for whole in images:
	    check_image(whole, False)
	    for data in cuts(whole, 40) + [whole[:n] for n in (0, 1, 7, 8, 16, 64, len(whole) - 1)] + [whole + b"\0", whole + whole]:
	        check_image(data, True)
	    for data in flips(whole, 60): # a flip in what is no meaning may be harmless; then it is read whole
	        check_image(data, False)
	for data in noise(60) + [images[0][:64] + part for part in noise(40)]:
	    check_image(data, True)
	PY
}

@test "other things in place of a file are refused with exit 2 and their name" {
	mkfifo pipe
	mkdir folder
	for verb in dis verify; do
		for path in folder pipe missing.plan; do
			run -2 --separate-stderr "$SEQC" "$verb" "$path"
			[ -z "$output" ]
			[[ "$stderr" == "seqc $verb: cannot read $path: "* ]]
		done
	done
	run -2 --separate-stderr "$SEQC" check pipe
	[[ "$stderr" == *"pipe"* ]]
	run -2 --separate-stderr "$SEQC" check missing.seq
	[[ "$stderr" == *"missing.seq"* ]]
}

@test "a source with a mistake builds nothing" {
	printf 'sequence a { email b { subject "x"; body "y" } }\nsequence c {\n' > half.seq
	run -1 --separate-stderr "$SEQC" build half.seq -o made
	[ ! -e made ]
	run -1 --separate-stderr "$SEQC" preview half.seq --sequence a --contact email=a@b.example
	[ -z "$output" ]
}
