# SPDX-License-Identifier: Apache-2.0
# The grammar as lemon sees it. Lemon makes a state's commonest reduction its default and tries a soft word's fallback
# before that default; so in a state that takes a name, a soft word that another rule would reduce on becomes a name
# without any conflict being told. No state may do so; only tests/table/soft_words_test.c and this one would notice.

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	cp "$(dirname "${SEQC:-build/seqc}")/gen/seq.y" "$BATS_TEST_TMPDIR/seq.y"
	sed -n 's/^TOKEN(\([A-Z_]*\),.* SOFT,.*/\1/p' grammar/token.def > "$BATS_TEST_TMPDIR/soft"
	cd "$BATS_TEST_TMPDIR"
}

# Soft words that a state reduces on by another rule than it takes a name by. Reads seq.out.
lost_words() {
	awk 'FNR == NR { soft[$1] = 1; next }
		/^State / { state = $2; delete action }
		NF >= 2 && $2 ~ /^(shift|shift-reduce|reduce)$/ { action[$1] = $2 " " $3 }
		/^$/ && ("ID" in action) {
			for (word in action)
				if (soft[word] && action[word] ~ /^reduce/ && action[word] != action["ID"])
					print "state " state " reduces on " word " but takes names"
		}' soft "$1"
}

@test "the grammar has no conflicts" {
	run lemon -s seq.y
	[ "$status" -eq 0 ]
	[[ "$output" == *"conflicts..........................     0"* ]]
}

@test "no soft word is reduced away where a name is taken" {
	lemon -c seq.y
	grep -q 'TIME shift' seq.out
	run lost_words seq.out
	[ "$output" = "" ]
}

@test "that check finds the trap: an optional language before the word values" {
	sed -e 's/^part(A) ::= TEMPLATE(W) string(S) nm(N)\. .*//' \
		-e 's/^part(A) ::= TEMPLATE(W) string(S) VALUES .*/part(A) ::= TEMPLATE(W) string(S) lang(N) VALUES exprs(L). { A = NULL; (void)W; (void)S; (void)N; (void)L; }\n%type lang {struct token}\nlang(A) ::= . { A = NO_TOKEN; }\nlang(A) ::= nm(A)./' \
		-e 's/^part(A) ::= TEMPLATE(W) string(S)\. .*//' -e '/^part(A) ::= TEMPLATE(W) string(S) nm(N) VALUES/,+1d' seq.y > trap.y
	lemon -c trap.y
	run lost_words trap.out
	[[ "$output" == *"reduces on VALUES"* ]]
}
