# Sequitur. `make demo` and `make test` are the two commands; each installs what is missing (packages.txt) first.
# The folders in the order of the pipeline:
#   base  grammar  compiler  plan  runtime/vm  runtime/schedule  runtime/render  runtime (drive)  runtime/store  runtime/channels
#   runtime/inbound  runtime/verbs
CC       ?= gcc
BUILD    ?= build
OPT      ?= -O2 -g
SANITIZE ?=
PREFIX   ?= /usr/local
GEN      := $(BUILD)/gen
# make V=1 shows the commands
Q        := $(if $(V),,@)

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

HAVE_ALL := $(shell tool/packages --check && echo yes)
ifeq ($(HAVE_ALL),yes)
PKG_SEQC := libcmark jansson libcrypto libidn2
PKG_SEQD := $(PKG_SEQC) sqlite3 libcurl gmime-3.0
CFLAGS_SEQC := $(shell pkg-config --cflags $(PKG_SEQC))
CFLAGS_SEQD := $(shell pkg-config --cflags $(PKG_SEQD))
LIBS_SEQC := $(shell pkg-config --libs $(PKG_SEQC))
LIBS_SEQD := $(shell pkg-config --libs $(PKG_SEQD))
endif

WARN   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wswitch -Wvla -Werror
CFLAGS_ALL = -std=c17 -D_GNU_SOURCE $(WARN) $(OPT) $(SANITIZE) -I. -I$(GEN) -MMD -MP

sources = $(sort $(wildcard $(addsuffix /*.c,$(1))))
objects = $(patsubst %.c,$(BUILD)/o/%.o,$(1))

BASE_C     := $(call sources,base)
COMPILER_C := $(call sources,compiler compiler/analyze)
PLAN_C     := $(call sources,plan)
CORE_C     := $(call sources,runtime/vm runtime/schedule runtime/render runtime) runtime/store/store.c runtime/store/store_mem.c \
	runtime/store/store_mem_errands.c
SEQC_C     := $(call sources,compiler/verbs)
TESTING_C  := $(call sources,compiler/testing compiler/preview)
WORLD_C    := $(filter-out $(CORE_C),$(call sources,runtime/store runtime/channels runtime/inbound))
SEQD_C     := $(call sources,runtime/verbs)
GEN_C      := $(GEN)/lex.c $(GEN)/seq.c $(GEN)/stdlib.c

CORE_O := $(call objects,$(BASE_C) $(COMPILER_C) $(PLAN_C) $(CORE_C)) $(GEN_C:.c=.o)
SEQC_O := $(call objects,$(SEQC_C))
TESTING_O := $(call objects,$(TESTING_C)) $(GEN)/page.o
WORLD_O := $(call objects,$(WORLD_C))
SEQD_O := $(call objects,$(SEQD_C))

.PHONY: all docs demo test check-fast asan bench soak format install clean packages
all: packages
	@$(MAKE) --no-print-directory -j2 $(BUILD)/seqc $(BUILD)/seqd

packages:
	@tool/packages

$(BUILD)/seqc: $(CORE_O) $(TESTING_O) $(SEQC_O)
	@echo '  cc    $@'
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LIBS_SEQC)
$(BUILD)/seqd: $(CORE_O) $(WORLD_O) $(SEQD_O)
	@echo '  cc    $@'
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LIBS_SEQD)

$(BUILD)/o/%.o: %.c | $(GEN)/diag_codes.h $(GEN)/seq.h $(GEN)/lex_conditions.h $(GEN)/words.inc
	@mkdir -p $(@D)
	@echo '  cc    $@'
	$(Q)$(CC) $(CFLAGS_ALL) $(CFLAGS_SEQD) -c -o $@ $<

# ---- generated source, never committed ----
$(GEN)/%.o: $(GEN)/%.c | $(GEN)/diag_codes.h
	@echo '  cc    $@'
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE $(OPT) $(SANITIZE) -I. -I$(GEN) -MMD -MP -c -o $@ $<
$(GEN)/lex.c $(GEN)/lex_conditions.h &: grammar/seq.re | $(GEN)/seq.h
	@echo '  re2c  $@'
	$(Q)re2c -W -Werror -c --utf8 --no-generation-date --no-version -t $(GEN)/lex_conditions.h -o $(GEN)/lex.c $<
# the soft words of token.def, as lemon's %fallback list
$(GEN)/seq.y: grammar/seq.y grammar/token.def
	@mkdir -p $(GEN)
	@{ cat grammar/seq.y; echo '%fallback ID'; sed -n 's/^TOKEN(\([A-Z_]*\),.* SOFT,.*/\t\1/p' grammar/token.def; echo .; } > $@
$(GEN)/seq.c $(GEN)/seq.h &: $(GEN)/seq.y
	@echo '  lemon $@'
	$(Q)lemon -q -l -d$(GEN) $<
$(GEN)/words.inc: grammar/token.def $(BUILD)/tool/mkwords
	@$(BUILD)/tool/mkwords $@
$(GEN)/diag_codes.h $(GEN)/diag_table.inc &: compiler/diagnostics.txt $(BUILD)/tool/mkdiag
	@mkdir -p $(GEN)
	@$(BUILD)/tool/mkdiag compiler/diagnostics.txt $(GEN)/diag_codes.h $(GEN)/diag_table.inc
$(GEN)/stdlib.c: $(shell find stdlib -type f 2>/dev/null) $(BUILD)/tool/embed
	@mkdir -p $(GEN)
	@$(BUILD)/tool/embed stdlib stdlib > $@
$(GEN)/page.c: $(wildcard compiler/preview/page/*) $(BUILD)/tool/embed
	@$(BUILD)/tool/embed compiler/preview/page page > $@
$(BUILD)/tool/%: tool/%.c
	@mkdir -p $(@D)
	@echo '  cc    $@'
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE $(WARN) -O1 -I. -o $@ $<
$(BUILD)/tool/mkwords: grammar/token.def compiler/lex_words.h

# ---- reference pages made from the tables ----
docs: $(BUILD)/docs/diagnostics.md $(BUILD)/docs/opcodes.md $(BUILD)/docs/diagnostics
$(BUILD)/tool/mkdocs: tool/mkdocs.c $(CORE_O)
	@mkdir -p $(@D)
	@echo '  cc    $@'
	$(Q)$(CC) $(CFLAGS_ALL) -o $@ $< $(CORE_O) $(LIBS_SEQC)
$(BUILD)/docs/%.md: $(BUILD)/tool/mkdocs
	@mkdir -p $(@D)
	@$< $* > $@
# a page each
$(BUILD)/docs/diagnostics: $(BUILD)/tool/mkdocs
	@rm -rf $@ && mkdir -p $@
	@$< diagnostics $@

# ---- tests: unit and table tests (cmocka), one program a file ----
UNIT_T := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*_test.c tests/table/*_test.c tests/limit/*_test.c))
$(BUILD)/tests/%: tests/%.c $(CORE_O) $(TESTING_O) $(WORLD_O)
	@mkdir -p $(@D)
	@echo '  cc    $@'
	$(Q)$(CC) $(CFLAGS_ALL) $(CFLAGS_SEQD) -o $@ $< $(TESTING_O) $(CORE_O) $(WORLD_O) $(LIBS_SEQD) -lcmocka

CLI_T  := $(sort $(wildcard tests/cli/*.bats))
LIVE_T := $(sort $(wildcard tests/live/*.bats))
BROWSER_T := $(sort $(wildcard tests/browser/*.bats))
export SEQC := $(abspath $(BUILD)/seqc)
export SEQD := $(abspath $(BUILD)/seqd)
export BUILD

# everything: under six minutes on two cores
test: packages
	@$(MAKE) --no-print-directory -j2 $(BUILD)/seqc $(BUILD)/seqd $(BUILD)/tests/all
	@tool/check_includes
	@tool/check_style
	@tool/run_tests $(UNIT_T) $(CLI_T) $(BROWSER_T) $(LIVE_T)
# no servers, no browser, no kill test
check-fast: packages
	@$(MAKE) --no-print-directory -j2 $(BUILD)/seqc $(BUILD)/seqd $(BUILD)/tests/all
	@tool/check_includes
	@tool/check_style
	@tool/run_tests $(UNIT_T) $(CLI_T)
$(BUILD)/tests/all: $(UNIT_T) $(BUILD)/tool/mkdocs
	@touch $@
# the same tests under AddressSanitizer and UndefinedBehaviorSanitizer, built by clang
asan: packages
	@$(MAKE) --no-print-directory test BUILD=$(BUILD)/asan CC=clang OPT="-O1 -g -fno-omit-frame-pointer" SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all"
soak: all
	@tests/live/soak
bench: packages
	@$(MAKE) --no-print-directory -j2 $(BUILD)/seqc $(BUILD)/seqd
	@bench/run

demo: packages
	@$(MAKE) --no-print-directory -s -j2 $(BUILD)/seqc $(BUILD)/seqd
	@tool/demo

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')
DOC := $(DESTDIR)$(PREFIX)/share/doc/sequitur
install: all
	@$(MAKE) --no-print-directory docs
	install -D -m 755 $(BUILD)/seqc $(DESTDIR)$(PREFIX)/bin/seqc
	install -D -m 755 $(BUILD)/seqd $(DESTDIR)$(PREFIX)/bin/seqd
	install -D -m 644 -t $(DOC) README.md CHANGELOG.md LICENSE ARCHITECTURE.md
	install -D -m 644 -t $(DOC)/docs docs/*.md $(BUILD)/docs/*.md
clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
