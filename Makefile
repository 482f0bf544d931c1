# Fadu. `make help` lists the targets.
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
CC      = gcc
BUILD   ?= build
PREFIX  ?= /usr/local
LISTEN  ?= 127.0.0.1:8080
FUZZ_SECONDS ?= 3
PKGS    := expat libzip libmicrohttpd sqlite3 libpcre2-8 libsodium libcrypto icu-uc pangocairo pangoft2 cairo-pdf fontconfig
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith -Wwrite-strings -Werror
# Debian 13's expat deprecates calls whose successors Debian 12's does not have.
WARN    += -Wno-deprecated-declarations
MODE    ?= -O2 -g
CPPFLAGS += -Isrc -D_GNU_SOURCE
CFLAGS  += -std=c17 $(MODE) $(WARN) -pthread $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
LDLIBS  += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lxlsxwriter -lbidgcc000 -lm -pthread

FUZZERS := $(sort $(shell find src -name '*_fuzz.c'))
LIB_SRC := $(sort $(filter-out src/cli/main.c $(FUZZERS),$(shell find src -name '*.c')))
LIB_OBJ := $(LIB_SRC:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/bundle.o
BUNDLED := $(shell find assets calendars districts procedures -type f | LC_ALL=C sort)
# make test T=feel runs only the tests whose name holds "feel".
named    = $(if $(T),$(foreach t,$(1),$(if $(findstring $(subst /,_,$(T)),$(notdir $(t))),$(t))),$(1))
TESTS   := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(call named,$(sort $(wildcard tests/unit/*.c))))
E2E     := $(call named,$(sort $(wildcard tests/e2e/*.t)))

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

all: $(BUILD)/fadu $(BUILD)/libfadu-decide.a ## build the program: build/fadu

run: ## install what is missing, build, load the demonstration district, show the report, serve the site
	@tools/setup.sh run
	@$(MAKE) --no-print-directory -j2 all
	@BUILD=$(BUILD) LISTEN=$(LISTEN) SERVE=$(SERVE) tools/demo.sh

test: ## the same set-up, then every test (T=name: only those)
	@tools/setup.sh test
	@$(MAKE) --no-print-directory -j2 all tests $(BUILD)/tck
	@echo "== rules of the tree"; tools/tidy.sh
	@if [ -n "$(TESTS)" ]; then echo "== unit tests"; prove -e '' $(TESTS); fi
	@if [ -n "$(E2E)" ]; then echo "== end to end"; FADU=$(BUILD)/fadu TCK=$(abspath $(BUILD)/tck) prove -e sh $(E2E); fi
	@if [ -z "$(T)" ]; then $(MAKE) --no-print-directory asan; fi
	@if [ -z "$(T)" ]; then $(MAKE) --no-print-directory -j2 fuzz; fi

tests: $(TESTS)

tck: $(BUILD)/tck ## the DMN TCK: make tck [DIR=a copy of its TestCases] [T=part of a folder's name]
	@d="$(DIR)"; [ -n "$$d" ] || d=$${FADU_SHARED:-../shared}/dmn-tck; $(BUILD)/tck "$$d" $(T)

betsy: $(BUILD)/betsy ## the BPMN models of the betsy suite: make betsy [DIR=a copy of it]
	@d="$(DIR)"; [ -n "$$d" ] || d=$${FADU_SHARED:-../shared}/bpmn-betsy; $(BUILD)/betsy "$$d"

$(BUILD)/tck: tests/tck/tck.c $(BUILD)/libfadu.a
	@echo "  cc $<"; $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libfadu.a $(LDLIBS)

debug: ## build without optimization: build/debug/fadu
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/debug MODE='-O0 -g3 -Wno-clobbered' all

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
asan: ## unit tests under address and undefined-behaviour sanitizers
	@echo "== unit tests under sanitizers"
	@$(MAKE) --no-print-directory -j2 BUILD=$(BUILD)/asan MODE='-O1 -g $(SANITIZE)' T=$(T) tests
	@LSAN_OPTIONS=suppressions=tests/lsan.supp:print_suppressions=0 prove -e '' $(TESTS:$(BUILD)/%=$(BUILD)/asan/%)

FUZZ_BIN := $(foreach f,$(FUZZERS),$(BUILD)/fuzz/bin/$(notdir $(f:.c=)))
fuzz: $(FUZZ_BIN) ## fuzz every parser for FUZZ_SECONDS each, from its corpus
	@echo "== fuzzing, $(FUZZ_SECONDS) s a parser"
	@for f in $(FUZZ_BIN); do name=$$(basename $$f _fuzz); mkdir -p $(BUILD)/fuzz/$$name; \
	  $$f -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4096 -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/$$name $$(ls -d fuzz/corpus/$$name fuzz/regression/$$name 2>/dev/null) \
	  >$(BUILD)/fuzz/$$name.log 2>&1 && echo "ok $$name: $$(grep -c . $(BUILD)/fuzz/$$name.log) lines" || { tail -20 $(BUILD)/fuzz/$$name.log; exit 1; }; done

crash: $(BUILD)/tests/service_crash ## kill the writer a thousand times under load
	@CRASH_ROUNDS=$${CRASH_ROUNDS:-1000} $(BUILD)/tests/service_crash

cov: ## line coverage of the unit tests (needs gcovr)
	@command -v gcovr >/dev/null || { echo "there is no gcovr: apt-get install gcovr"; exit 1; }
	@$(MAKE) --no-print-directory -j2 BUILD=$(BUILD)/cov MODE='-O0 -g --coverage -Wno-clobbered' LDFLAGS=--coverage tests
	@prove -e '' $(TESTS:$(BUILD)/%=$(BUILD)/cov/%)
	@gcovr -r . $(BUILD)/cov --exclude 'tests/'

bench: all $(BUILD)/bench/feel $(BUILD)/bench/dmn $(BUILD)/bench/bpmn $(BUILD)/bench/commands $(BUILD)/bench/clocks ## measure, as ratios in one run
	@BUILD=$(BUILD) bench/run.sh

format: ## lay out the C sources by .clang-format
	clang-format -i $$(git ls-files '*.c' '*.h')

tidy: ## check the rules of the tree
	@tools/tidy.sh

install: all ## the program, libfadu-decide and the manual pages: PREFIX=/usr/local, DESTDIR=
	install -D -m 755 $(BUILD)/fadu $(DESTDIR)$(PREFIX)/bin/fadu
	install -D -m 644 $(BUILD)/libfadu-decide.a $(DESTDIR)$(PREFIX)/lib/libfadu-decide.a
	install -D -m 644 src/decide/fadu-decide.h $(DESTDIR)$(PREFIX)/include/fadu-decide.h
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed 's,@PREFIX@,$(PREFIX),' src/decide/fadu-decide.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/fadu-decide.pc
	for page in docs/man/*; do install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done

clean: ## remove build/
	rm -rf $(BUILD)

# ---- rules -----------------------------------------------------------------------------------------------

$(BUILD)/fadu: $(BUILD)/obj/cli/main.o $(BUILD)/libfadu.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/libfadu.a: $(LIB_OBJ)
	@rm -f $@ && ar rcs $@ $^
$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D); echo "  cc $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/bundle.s: tools/bundle.sh $(BUNDLED) $(BUILD)/bundle.list
	@tools/bundle.sh $@ $(BUNDLED)
# Changes when a bundled file is added or removed, so that the bundle is made again.
$(BUILD)/bundle.list: FORCE
	@mkdir -p $(@D); echo "$(BUNDLED)" | cmp -s - $@ || echo "$(BUNDLED)" > $@
$(BUILD)/obj/bundle.o: $(BUILD)/bundle.s
	@mkdir -p $(@D)
	@$(CC) -c -o $@ $<
$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libfadu.a
	@mkdir -p $(@D); echo "  cc $<"
	@$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libfadu.a $(LDLIBS)

$(BUILD)/bench/%: bench/%.c $(BUILD)/libfadu.a
	@mkdir -p $(@D); echo "  cc $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(BUILD)/libfadu.a $(LDLIBS)

# One object in which only the names of the header are visible: ours would meet those of other programs.
DECIDE_OBJ := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter src/base/% src/calendar/% src/feel/% src/dmn/% src/decide/% src/service/zoneinfo.c,$(LIB_SRC)))
$(BUILD)/libfadu-decide.a: $(DECIDE_OBJ)
	@echo "  ar $@"; ld -r -o $(BUILD)/obj/libfadu-decide.o $^ && objcopy --wildcard --keep-global-symbol='fadu_*' $(BUILD)/obj/libfadu-decide.o
	@rm -f $@; ar rcs $@ $(BUILD)/obj/libfadu-decide.o

$(BUILD)/betsy: tests/betsy/betsy.c $(BUILD)/libfadu.a
	@mkdir -p $(@D); echo "  cc $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libfadu.a $(LDLIBS)

# The fuzz targets are built whole with clang: its fuzzer needs the coverage of all code.
FUZZ_FLAGS := -g -O1 -Wno-deprecated-declarations -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
$(BUILD)/fuzz/obj/%.o: src/%.c
	@mkdir -p $(@D)
	@clang $(CPPFLAGS) -std=c17 $(FUZZ_FLAGS) -pthread $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g') -MMD -MP -c -o $@ $<
$(BUILD)/fuzz/libfadu.a: $(LIB_SRC:src/%.c=$(BUILD)/fuzz/obj/%.o) $(BUILD)/obj/bundle.o
	@rm -f $@ && ar rcs $@ $^
define fuzz_rule
$(BUILD)/fuzz/bin/$(notdir $(1:.c=)): $(1:src/%.c=$(BUILD)/fuzz/obj/%.o) $(BUILD)/fuzz/libfadu.a
	@mkdir -p $$(@D)
	@clang -fsanitize=fuzzer,address,undefined -o $$@ $$^ $$(LDLIBS)
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzz_rule,$(f))))

FORCE:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: help all run test tests tck debug asan fuzz cov bench betsy format tidy install clean FORCE crash
.SECONDARY:
