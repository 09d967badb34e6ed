# SPDX-License-Identifier: Apache-2.0
# seqc doc: the pages about tests/golden/graph/ws. BLESS=1 rewrites tests/golden/doc. Pictures are left out of the HTML
# that is compared: another Graphviz draws another way.

bats_require_minimum_version 1.5.0

setup() {
	SEQC="$(realpath -m "${SEQC:-build/seqc}")"
	ROOT="$(realpath "$BATS_TEST_DIRNAME/../..")"
	GOLDEN="$ROOT/tests/golden/doc"
	WS="$ROOT/tests/golden/graph/ws"
	cd "$BATS_TEST_TMPDIR"
}

@test "the pages and their index are as blessed, in Markdown and in HTML" {
	mkdir empty
	"$SEQC" doc "$WS" -o pages/ 2>said
	PATH="$PWD/empty" "$SEQC" doc "$WS" --sequence after_visit -o pages/after_visit.html 2>said
	[ -z "${BLESS:-}" ] || cp pages/* "$GOLDEN/"
	diff -ru "$GOLDEN" pages
}

@test "a page in HTML needs nothing else, and nothing of a text is markup in it" {
	"$SEQC" doc "$WS" --format html -o pages/ 2>said
	[ "$(ls pages)" = "$(printf 'after_visit.html\nindex.html\ntwenty.html\nwinter.html')" ]
	run grep -rnE '(src|href)="(https?:)?//|@import|<script|url\(' pages
	echo "$output"
	[ "$status" -eq 1 ]
	python3 - <<'PY'
import html.parser
class Page(html.parser.HTMLParser):
    void = {"meta", "br", "hr", "link", "img"}
    def __init__(self):
        super().__init__(); self.open = []; self.bold = False
    def handle_starttag(self, tag, attrs):
        if tag not in self.void: self.open.append(tag)
        self.bold |= tag == "b"
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
page = Page()
text = open("pages/twenty.html").read()
page.feed(text)
assert not page.open and not page.bold
assert "&lt;b&gt;tag&lt;/b&gt;" in text and "<svg" in text
PY
}

@test "every example has a page, and says the same twice" {
	for workspace in "$ROOT"/examples/*/; do
		"$SEQC" doc "$workspace" >first 2>said
		"$SEQC" doc "$workspace" >second 2>said
		cmp first second
		grep -q '^## What it does$' first
		grep -q '^1\. ' first
		run grep -nE '\?\?|\(null\)| ,|\.\.$' first
		echo "$output"
		[ "$status" -eq 1 ]
	done
	"$SEQC" doc "$ROOT/examples/acme" --sequence demo_request 2>said >page.md
	grep -qx -- '- Monday to Friday, 09:00 to 17:00 in the contact.s own time\.' page.md
	grep -qx -- '- Promised, and proven by the compiler: at most 4 messages in any 14 days\.' page.md
	grep -qx -- '2\. 2 business days later: it depends:' page.md
}

@test "one page of HTML at a time, unless into a folder" {
	run -2 "$SEQC" doc "$WS" --format html
	[[ "$output" == *"a page shows one sequence, and here are 3: choose one with --sequence, or give a folder, -o FOLDER/"* ]]
	run -2 "$SEQC" doc "$WS" --sequence winterr
	[[ "$output" == *'there is no sequence `winterr` here'* ]]
}
