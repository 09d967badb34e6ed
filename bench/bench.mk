# The programs of bench/run, which alone uses it: make -f bench/bench.mk BUILD=build bench-programs
include Makefile
BENCH_O := $(CORE_O) $(WORLD_O) $(GEN)/bare.o
bench-programs: $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))
$(BUILD)/bench/%: bench/%.c bench/job.h $(BENCH_O)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(CFLAGS_SEQD) -o $@ $< $(BENCH_O) $(LIBS_SEQD)
$(GEN)/bare_words.re: grammar/token.def
	sed -nE 's/^(TOKEN|ALSO)\([A-Z_]+, *("[a-z_]+").*/\2 { tokens++; continue; }/p' $< > $@
$(GEN)/bare.c: bench/bare.re $(GEN)/bare_words.re
	re2c -W -I $(GEN) --no-generation-date --no-version -o $@ $<
.PHONY: bench-programs
