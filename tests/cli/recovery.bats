# SPDX-License-Identifier: Apache-2.0
# Broken files through the program: what tests/unit/recovery_test.c holds inside must come out as exit code 1 with a
# place, never as a signal or as a mistake of our own, and soon.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath "${SEQC:-build/seqc}")"
	CORPUS="$(realpath "$BATS_TEST_DIRNAME/../golden/recovery")"
	SOON=2
	case "$SEQC" in *asan*) SOON=60 ;; esac
	cd "$BATS_TEST_TMPDIR"
}

# The file ends with that exit code, and takes no more than SOON seconds of a processor.
ends() { # EXIT FILE
	local status=0
	(ulimit -t "$SOON" && exec timeout 60 "$SEQC" check "$2") >out.txt 2>err.txt || status=$?
	if [ "$status" -ne "$1" ]; then
		echo "$2: exit $status, not $1"
		head -c 2000 err.txt
		return 1
	fi
}

@test "each broken file: exit 1, and a place for each error" {
	local count=0 failed=0 file wanted
	for file in "$CORPUS"/*.seq; do
		wanted=1
		if head -n 1 "$file" | grep -q '^# mistakes: 0, alone'; then wanted=0; fi
		count=$((count + 1))
		ends "$wanted" "$file" || failed=$((failed + 1))
		[ "$wanted" -eq 0 ] || [ "$(grep -c '^error\[' err.txt)" -le "$(grep -c -- '--> ' err.txt)" ] || failed=$((failed + 1))
	done
	echo "$count files, $failed wrong"
	[ "$count" -ge 130 ]
	[ "$failed" -eq 0 ]
}

@test "10 MB, on one line or in as many statements: done within two seconds" {
	python3 - <<'PY'
def put(name, before, piece, after):
    with open(name, "w") as f:
        f.write(before + piece * (10_000_000 // len(piece)) + after)
put("line.seq", "sequence a { ", "wait 3 dyas; ", "}\n")
put("lines.seq", "sequence a {\n", "    emial b { subject = \"x\" }\n", "}\n")
put("names.seq", "", "x,", "\n")
put("text.seq", "sequence a { title \"", "{{x ", "\n}\n")
put("braces.seq", "", "{", "\n")
put("conflict.seq", "", "<<<<<<< x\n", "\n")
PY
	for file in line lines names text braces conflict; do
		ends 1 "$file.seq"
		[ "$(wc -c <err.txt)" -lt 2000000 ]
	done
}

@test "files in UTF-16 and Latin-1 are told once, with what to do, and no odd byte reaches the terminal" {
	printf 'sequence a {\n    email intro { subject "Hi"; body "Hello" }\n}\n' >plain.seq
	for encoding in UTF-16 UTF-16LE UTF-16BE; do
		iconv -t "$encoding" plain.seq >"$encoding.seq"
		ends 1 "$encoding.seq"
		grep -q 'this file is UTF-16; save it as UTF-8' err.txt
		[ "$(grep -c '^error' err.txt)" -eq 1 ]
		iconv -f UTF-8 -t UTF-8 err.txt >same.txt
		run -1 grep -qP '[\x00-\x08\x0b-\x1f]' err.txt
	done
	printf '# f\xfcr \xe4lle\nsequence a {\n    email intro { subject "Gr\xfc\xdfe"; body "Hello" }\n}\n' >latin.seq
	ends 1 latin.seq
	[ "$(grep -c '^error' err.txt)" -eq 1 ]
	grep -q 'in Latin-1 a `ü`' err.txt
	iconv -f UTF-8 -t UTF-8 err.txt >same.txt
}
