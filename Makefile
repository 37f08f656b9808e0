# Commands for people who work on extflow. `make` alone lists them.

GO ?= go
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# These begin first: they wait for other programs, and others run meanwhile.
LONGEST = ./storage/postgres ./examples/server/console

# The engine behind the simulator, and the stores of one process, go through the race
# detector, in short. Everything does in make long, the console's journeys too.
CONCURRENT = ./adapter/sim ./adapter/farend ./storage/memory ./storage/sqlite ./feed ./voicemail/... ./audio

.PHONY: test
test: tools check ## run all tests, and those of what runs at the same time once more with the race detector
	$(GO) test -vet=off -shuffle=on -timeout 12m $(LONGEST) ./...
	$(GO) test $(RACE) -vet=off -short -shuffle=on -timeout 12m $(CONCURRENT)
	cd benchmarks && $(GO) vet ./... && $(GO) test -shuffle=on ./...

.PHONY: check
check: ## formatting, vet, and a tidy go.mod
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "gofmt these:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) mod tidy -diff
	cd benchmarks && $(GO) mod tidy -diff
	$(GO) mod verify

# The race detector needs a C compiler. Without one the tests run all the same,
# and say so; with EXTFLOW_STRICT set that is a failure. It watches our code and the
# libraries', but not SQLite's, which is C made into Go and takes three times as long so.
HAVE_CC := $(shell command -v gcc cc clang 2>/dev/null | head -n 1)
RACE := $(if $(HAVE_CC),-race -gcflags='modernc.org/sqlite/lib/...=-race=false' -gcflags='modernc.org/libc/...=-race=false',)

# The programs of a PostgreSQL server: tests start throw-away ones.
POSTGRES := $(or $(shell command -v postgres 2>/dev/null),/usr/lib/postgresql/*/bin/postgres)

.PHONY: tools
tools:
	@command -v $(GO) >/dev/null || { echo "Go is missing: install Go 1.26 or later"; exit 1; }
	@if ! ls $(POSTGRES) >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql pgbouncer; then \
	    echo "postgresql was installed, for the tests alone; they start servers of their own"; \
	  else echo "no PostgreSQL: its tests are skipped (install postgresql)"; if [ -n "$$EXTFLOW_STRICT" ]; then exit 1; fi; fi; \
	fi
	@if [ -z "$(HAVE_CC)" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq gcc libc6-dev; then \
	    echo "gcc was installed: run make test again to use the race detector"; \
	  else echo "no C compiler: the tests run without the race detector (install gcc)"; fi; \
	  if [ -n "$$EXTFLOW_STRICT" ]; then exit 1; fi; \
	fi
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } || \
	  echo "no chromium: the console's journeys are skipped (install Debian's package chromium)"

.PHONY: long
long: ## the long forms: wider walks, more generated books and stories, fuzzing (an hour or so)
	$(GO) test $(RACE) -short -timeout 1h ./...
	EXTFLOW_LONG=1 $(GO) test -timeout 2h ./...
	@for target in $$($(GO) list ./... | while read -r pkg; do $(GO) test -list '^Fuzz' "$$pkg" | grep '^Fuzz' | sed "s|^|$$pkg |" | tr ' ' ':'; done); do \
	  echo "fuzz $$target"; $(GO) test -run '^$$' -fuzz "^$${target#*:}$$" -fuzztime $${FUZZTIME:-5m} "$${target%%:*}" || exit 1; \
	done

.PHONY: bench
bench: ## the figures: extflow, a hand-written switch and its peers in one run
	cd benchmarks && $(GO) run ./cmd/compare

.PHONY: update
update: ## rewrite golden files and stories; review the difference before committing
	EXTFLOW_UPDATE=1 $(GO) test ./...

.PHONY: lint
lint: ## golangci-lint, where it is installed
	@command -v golangci-lint >/dev/null || { echo "golangci-lint (v2) is not installed"; exit 1; }
	golangci-lint run
