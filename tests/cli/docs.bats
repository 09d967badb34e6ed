# SPDX-License-Identifier: Apache-2.0
# The documentation is held to the programs: every ```seq block of it is a whole file that `seqc check` accepts without a
# warning, and its links lead somewhere.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath -m "${SEQC:-build/seqc}")"
	SEQD="$(realpath -m "${SEQD:-build/seqd}")"
	ROOT="$(realpath "$BATS_TEST_DIRNAME/../..")"
	cd "$BATS_TEST_TMPDIR"
}

# Writes each ```seq block of the file as DIR/LINE.seq, LINE being where its fence stands.
blocks_of() { # FILE DIR
	mkdir -p "$2"
	awk -v dir="$2" '
		/^[ ]*```/ && inside { inside = 0; close(file); next }
		/^```seq$/ { inside = 1; file = dir "/" NR ".seq"; printf "" > file; next }
		/^[ ]*```/ { inside = 1; file = "/dev/null"; next }
		inside { print > file }' "$ROOT/$1"
}

check_blocks() { # FILE LEAST
	blocks_of "$1" blocks
	local count=0 failed=0 block
	for block in blocks/*.seq; do
		count=$((count + 1))
		if ! "$SEQC" check --deny warnings - <"$block" >out.txt 2>&1; then
			failed=$((failed + 1))
			echo "$1, the block at line $(basename "$block" .seq):"
			cat out.txt
		fi
	done
	echo "$count blocks, $failed refused"
	[ "$failed" -eq 0 ]
	[ "$count" -ge "$2" ]
}

@test "README.md: every example compiles" {
	check_blocks README.md 1
}

@test "docs/language.md: every example compiles" {
	check_blocks docs/language.md 15
}

@test "docs/library.md: every example compiles" {
	check_blocks docs/library.md 2
}

@test "docs/operating.md: every example compiles" {
	check_blocks docs/operating.md 1
}

@test "docs/testing.md: every example compiles, and its tests pass" {
	check_blocks docs/testing.md 1
	for block in blocks/*.seq; do
		grep -q '^test ' "$block" || continue
		"$SEQC" test "$block"
	done
}
@test "the documents' links lead somewhere" {
	run python3 - "$ROOT" <<'PYTHON'
import os, re, sys
root, bad = sys.argv[1], []
pages = ["README.md", "ARCHITECTURE.md"] + ["docs/" + n for n in os.listdir(root + "/docs") if n.endswith(".md")]
def text_of(page):
	return re.sub(r"(?ms)^```.*?^```$", "", open(os.path.join(root, page), encoding="utf-8").read())
def anchors(page):
	heads = re.findall(r"(?m)^#+ (.*)$", text_of(page))
	return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in heads}
for page in pages:
	text = re.sub(r"`[^`\n]*`", "", text_of(page))
	for target in re.findall(r"\]\(([^)\s]+)\)", text):
		if re.match(r"[a-z]+:", target):
			continue
		path, _, anchor = target.partition("#")
		file = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
		if not os.path.exists(os.path.join(root, file)):
			bad.append(f"{page}: {target}: no such file")
		elif anchor and anchor not in anchors(file):
			bad.append(f"{page}: {target}: no such heading")
print("\n".join(bad))
sys.exit(bool(bad))
PYTHON
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "docs/operating.md names every verb of both programs, and no other" {
	verbs_of() { "$1" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'; }
	{ verbs_of "$SEQC"; verbs_of "$SEQD"; } | sort -u >verbs.txt
	sed -n '/^| program/,/^$/s/^|[^|]*|\(.*\)|$/\1/p' "$ROOT/docs/operating.md" | grep -o '`[a-z]*`' | tr -d '`' | sort -u >told.txt
	[ "$(wc -l <verbs.txt)" -gt 15 ]
	diff verbs.txt told.txt
}
