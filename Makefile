# Tocsin's doors. `make` alone says what they are; a second run of any of them is quick.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo ui test lint browser screens page-figures wheel reference constraints nightly kills deletions cuts deliver alertmanager nats score-twenty score-unseen restart clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
JOBS ?= 2
KILLS ?= 3000
DELETIONS ?= 200
CUTS ?= 500
PORT ?=
ARGS ?=
T ?= tests

# What the editable install and the tables inside it are made of.
PARTS := pyproject.toml $(wildcard hatch_build.py) \
  $(wildcard src/tocsin/vocabulary/*.py src/tocsin/vocabulary/data/*.toml) \
  $(wildcard src/tocsin/vocabulary/data/*/*.toml)

# The page and what it is built from.
BUILT := src/tocsin/web/built
PAGE_PARTS := $(wildcard ui/*.json ui/*.ts ui/*.js ui/*.html ui/src/* ui/src/*/*)

help: ## Say what can be done here
	@echo "Tocsin: what can be done here"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make demo PORT=8800              the same on a port of your choice"
	@echo "  make demo ARGS='--no-browser'    anything 'tocsin demo --help' lists"
	@echo "  make test T=tests/test_tidy.py   one file"
	@echo
	@echo "Needs Python 3.11 or newer and make; everything else lands in $(VENV)."

demo: $(VENV)/.tocsin ui ## A live page with invented events, on this machine only
	@$(BIN)/tocsin demo $(if $(PORT),--port $(PORT)) $(ARGS)

ui: $(BUILT)/index.html ## Build the page (needs Node 20 and npm; without, the plain page serves)

test: lint ui browser ## Lint, types, import contracts, then every test
	@echo "--- kernels, compiled before any test measures out its seconds"
	@$(BIN)/python -c "from tocsin.engine.warm import warm; warm()"
	@echo "--- tests"
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(T)

lint: $(VENV)/.test $(VENV)/.tocsin ## Style, types and import contracts, without tests
	@echo "--- style"
	@$(BIN)/ruff check .
	@echo "--- types"
	@$(BIN)/mypy
	@echo "--- import contracts"
	@$(BIN)/lint-imports --no-logo

nightly: $(VENV)/.test $(VENV)/.tocsin ui browser ## Every test, with many more invented cases
	@HYPOTHESIS_PROFILE=nightly TOCSIN_CUTS=40 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(T)

screens: $(VENV)/.test $(VENV)/.tocsin ui browser ## Take a picture of every screen into docs/screens/
	@$(BIN)/python bench/screens.py

page-figures: $(VENV)/.test $(VENV)/.tocsin ui browser ## Measure the page: weight, speed, memory
	@$(BIN)/python bench/page.py

score-twenty: $(VENV)/.test $(VENV)/.tocsin ## The scorecard over twenty seeds (a night; TOCSIN_DATA names the folder)
	@nice $(BIN)/tocsin score --seeds 20 --before bench/scorecard.json \
	  --out docs/scorecard-twenty.md --out-json bench/scorecard-twenty.json $(ARGS)

score-unseen: $(VENV)/.test $(VENV)/.tocsin ## The scorecard over compositions nothing was tuned on (TOCSIN_DATA names the folder)
	@nice $(BIN)/tocsin score --first-seed 20 --seeds 20 --only standard --only cold --only thin \
	  --before bench/scorecard-twenty.json --out docs/scorecard-unseen.md $(ARGS)

kills: $(VENV)/.test $(VENV)/.tocsin ## Kill the engine KILLS times (3000, an hour) and write down what arrived
	@nice $(BIN)/python bench/kills.py $(KILLS) $(ARGS)

deletions: $(VENV)/.test $(VENV)/.tocsin ## Kill the engine until DELETIONS deletions (200) were cut by it
	@nice $(BIN)/python bench/deletions.py $(DELETIONS)

# A real server, which comes with the system; the tests play its part with a scripted one.
alertmanager: $(VENV)/.test $(VENV)/.tocsin ## Try the life of an event on a real Alertmanager (nightly)
	@if command -v prometheus-alertmanager alertmanager >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "--- installing prometheus-alertmanager"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends prometheus-alertmanager >/dev/null; fi
	@$(BIN)/python bench/real_alertmanager.py

nats: $(VENV)/.test $(VENV)/.tocsin ## Try the life of an event on a real NATS server (nightly)
	@if command -v nats-server >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "--- installing nats-server"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends nats-server >/dev/null; fi
	@$(BIN)/python bench/real_nats.py

deliver: $(VENV)/.test $(VENV)/.tocsin ## Measure decision to first send, to 1,000 receivers of which 50 hang
	@$(BIN)/python bench/deliver.py $(ARGS)

cuts: $(VENV)/.test $(VENV)/.tocsin ## Cut invented recordings CUTS times (500) and compare the bytes
	@$(BIN)/python bench/cuts.py $(CUTS)

restart: $(VENV)/.test $(VENV)/.tocsin ## Measure how soon a start over a large store hears its first post
	@$(BIN)/python bench/restart.py

wheel: $(VENV)/.run ui ## Build the wheel into dist/
	@rm -rf dist
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

reference: $(VENV)/.tocsin ## Write docs/reference/ anew from what the code says of itself
	@$(BIN)/python docs/reference/write.py
	@$(BIN)/python docs/reference/write_hazards.py

# Run after changing dependencies in pyproject.toml; needs the network.
constraints: $(VENV)/.run ## Lock every dependency by hash again (constraints/*.txt)
	@$(PIP) install --quiet pip-tools
	@export CUSTOM_COMPILE_COMMAND='make constraints'; \
	lock() { $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$$@" pyproject.toml; }; \
	lock --output-file constraints/run.txt; \
	lock --output-file constraints/test.txt --constraint constraints/run.txt --extra test; \
	lock --output-file constraints/apprise.txt --constraint constraints/test.txt --extra apprise; \
	lock --output-file constraints/build.txt --constraint constraints/test.txt \
	  --all-build-deps --only-build-deps

clean: ## Take away everything that was made here (not the state of a running Tocsin)
	rm -rf $(VENV) ui/node_modules $(BUILT) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Where no registry is reached the plain page serves, so a failure here only says so.
$(BUILT)/index.html: ui/node_modules/.done $(PAGE_PARTS)
	@if [ -d ui/node_modules/vite ]; then echo "--- building the page"; \
	  (cd ui && npm run --silent check && npm run --silent build -- --logLevel warn); \
	else echo "The page was not built: the plain page will be served."; fi

ui/node_modules/.done: ui/package-lock.json
	@if ! command -v npm >/dev/null; then \
	  echo "No npm here: the page is not built. Install Node 20 or newer (Debian: 'apt-get install nodejs npm')."; \
	else echo "--- installing what the page is built with"; \
	  if (cd ui && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null); then touch $@; \
	  else rm -rf ui/node_modules; echo "No npm registry was reached: the page is not built."; fi; fi

# Chromium comes with the system. Where we may, we install it; elsewhere the tests say why they skip.
browser:
	@if command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "--- installing chromium for the browser tests"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	  || echo "chromium could not be installed: browser tests will be skipped."; \
	else echo "No chromium here: browser tests will be skipped. Install it to run them."; fi

$(VENV)/bin/python:
	@for candidate in "$${PYTHON:-}" python3.11 python3 python3.12 python3.13 python; do \
	  [ -n "$$candidate" ] || continue; \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found="$$candidate"; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	  echo "Tocsin needs Python 3.11 or newer and found none. Install it (Debian, Ubuntu:"; \
	  echo "'apt-get install python3.11 python3.11-venv'), or say where it is: make PYTHON=/path/to/python3"; \
	  exit 1; fi; \
	echo "--- making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "This Python has no venv module. Debian, Ubuntu: 'apt-get install python3-venv'."; exit 1; }

$(VENV)/.run: constraints/run.txt constraints/build.txt | $(VENV)/bin/python
	@echo "--- installing what Tocsin needs, each file checked against its hash (a minute or two)"
	@$(PIP) install --require-hashes -r constraints/run.txt
	@$(PIP) install --require-hashes -r constraints/build.txt
	@touch $@

$(VENV)/.test: constraints/test.txt $(VENV)/.run
	@echo "--- installing what the tests need"
	@$(PIP) install --require-hashes -r constraints/test.txt
	@touch $@

$(VENV)/.tocsin: $(PARTS) $(VENV)/.run
	@echo "--- installing Tocsin and building its tables"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
