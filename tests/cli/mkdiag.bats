# SPDX-License-Identifier: Apache-2.0
# tool/mkdiag: what it makes compiles, and a malformed registry is refused at its line, with nothing written.

setup() {
	MKDIAG="$(dirname "${SEQC:-build/seqc}")/tool/mkdiag"
	cd "$BATS_TEST_DIRNAME/../.."
	MKDIAG="$(realpath "$MKDIAG")"
	OUT="$BATS_TEST_TMPDIR"
}

# The registry on standard input.
make_it() {
	rm -f "$OUT"/codes.h "$OUT"/table.inc
	cat > "$OUT/d.txt"
	run "$MKDIAG" "$OUT/d.txt" "$OUT/codes.h" "$OUT/table.inc"
}

good() {
	printf '%s\n' 'E0201 error unknown_step' 'args  name:str count:int' 'text  no `%{name}` in %{count}' \
		'why   One line,' '      and another.' 'bad' '  | a "x"' '  |' '  | b' 'good' '  | c??='
}

refused_at() { # LINE TEXT
	[ "$status" -eq 1 ]
	[[ "$output" == "$OUT/d.txt:$1: "*"$2"* ]]
	[ ! -e "$OUT/codes.h" ]
	[ ! -e "$OUT/table.inc" ]
}

@test "a record becomes an enum, a constructor and a row" {
	make_it < <(good)
	[ "$status" -eq 0 ]
	grep -q 'DIAG_UNKNOWN_STEP, /\* E0201 \*/' "$OUT/codes.h"
	grep -q 'diag_unknown_step(struct diags \*d, struct span span, struct slice arg_name, int64_t arg_count)' "$OUT/codes.h"
	grep -q '"One line, and another."' "$OUT/table.inc"
	cp "$OUT/codes.h" "$OUT/diag_codes.h"
	printf '#include "diag_codes.h"\n#include <string.h>\nstatic const struct diag_info t[] = {\n#include "table.inc"\n};\n%s\n' \
		'int main(void) { return strcmp(t[DIAG_UNKNOWN_STEP].bad, "a \"x\"\n\nb\n") || strcmp(t[0].good, "c?" "?=\n") || t[0].tested; }' \
		> "$OUT/t.c"
	gcc -std=c17 -Wall -Wextra -Werror -I. -I"$OUT" -o "$OUT/t" "$OUT/t.c"
	"$OUT/t"
}

@test "rows stand in order of the codes, whatever the order of the records" {
	make_it < <({ good; echo; good | sed 's/E0201 error unknown_step/E0101 error first/'; })
	[ "$status" -eq 0 ]
	[ "$(grep -o 'DIAG_[A-Z_]*, /' "$OUT/codes.h" | head -1)" = 'DIAG_FIRST, /' ]
}

@test "malformed records are refused at their line" {
	make_it < <(good | sed 's/^E0201/E201/'); refused_at 1 'is no code'
	make_it < <(good | sed 's/ error / fatal /'); refused_at 1 '`error` or `warning`'
	make_it < <(good | sed 's/ error / warning /'); refused_at 1 'warnings with W'
	make_it < <(good | sed 's/unknown_step/Unknown/'); refused_at 1 'is no slug'
	make_it < <(good | sed 's/^text/txet/'); refused_at 3 'is no field'
	make_it < <(good | sed 's/^why.*/text again/'); refused_at 4 'twice'
	make_it < <(good | sed 's/count:int/count:float/'); refused_at 2 'NAME:str or NAME:int'
	make_it < <(good | sed 's/%{name}/%{nmae}/'); refused_at 1 '`%{nmae}` is not in args'
	make_it < <(good | sed 's/ in %{count}//'); refused_at 1 '`count` is not used'
	make_it < <(good | sed 's/^why/needs nothing\nwhy/'); refused_at 1 '`needs` is block'
	make_it < <(good | sed 's/  | b/  b/'); refused_at 9 'begins with `| `'
	make_it < <(good | sed '/^good/,$d'); refused_at 1 'bad and good'
	make_it < <(good | sed '/^why/,/another/d'); refused_at 1 'has no why'
	make_it < <(good | sed '1d'); refused_at 1 'is no code'
	make_it < <(echo '# nothing'); refused_at 1 'no record'
}

@test "a code, its number and a slug are used once" {
	make_it < <({ good; echo; good; }); refused_at 13 'the number of E0201 is taken, on line 1'
	make_it < <({ good; echo; good | sed 's/E0201/E0202/'; }); refused_at 13 'the slug `unknown_step` is taken'
	make_it < <({ good; echo; good | sed 's/E0201 error unknown_step/W0201 warning other/'; }); refused_at 13 'the number of W0201'
}

@test "a record belongs to the section above it" {
	make_it < <({ echo '# ---- E02xx names ----'; echo '# but this is none'; good; })
	[ "$status" -eq 0 ]
	grep -q '"E02xx names",' "$OUT/table.inc"
}
