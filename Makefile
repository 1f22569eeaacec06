# Everything a newcomer types. Paths stay relative, so that a folder with spaces works.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:
.PHONY: help set-up demo demo-reset test reliability lint format bench soak screenshots lock clean chromium x12-checker

SYSTEM_PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PY := .venv/bin/python
PORT ?= 8000
DATA ?= var/demo
TESTS ?= tests
WORKERS ?= 2
N ?= 1000000
AGAINST ?= 50000
MINUTES ?= 10
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

DEMO_OPTIONS = --tied --port "$(PORT)" --data-dir "$(DATA)" $(if $(filter 1 yes true,$(LAN)),--lan) $(if $(HOST),--host "$(HOST)")

help: ## This list
	@echo "A clinic's front and back office."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  make demo PORT=9000      on another port"
	@echo "  make demo LAN=1          for other devices on the network too, over TLS"
	@echo "  make test TESTS=tests/records"
	@echo "  make bench N=50000 AGAINST=5000"

set-up: ## Build .venv and node_modules from their locks (the others do it by themselves)
	@test -n "$(SYSTEM_PYTHON)" || { echo "Python 3.11 or newer is needed, and was not found."; exit 1; }
	@$(SYSTEM_PYTHON) clinic/runtime/bootstrap.py

demo: set-up ## The demo clinic at http://127.0.0.1:8000, until Ctrl+C
	@exec $(PY) manage.py demo $(DEMO_OPTIONS)

demo-reset: set-up ## The demo clinic, started over with fresh data
	@exec $(PY) manage.py demo --reset $(DEMO_OPTIONS)

test: set-up chromium x12-checker ## All tests: rules, database, concurrency, tasks, browser
	@exec $(PY) -m pytest -n "$(WORKERS)" --dist loadscope "$(TESTS)"

reliability: set-up ## The long tests: minutes of killed workers, lost answers, restarted servers
	@exec $(PY) -m pytest -n 0 -m reliability -s -o faulthandler_timeout=1800 "$(TESTS)"

chromium: set-up
	@$(PY) -m tests.support.chromium

x12-checker: set-up
	@$(PY) -m tests.support.x12_checker

lint: set-up ## Style, layers, security and settings checks
	@exec $(PY) -m tests.support.lint

format: set-up ## Rewrite the code in the one style that make lint asks for
	@$(PY) -m ruff check --fix --quiet . ; exec $(PY) -m ruff format .

bench: set-up ## Pages of the running clinic against the bare limits of this machine, as ratios
	@exec $(PY) -m tests.benchmarks --patients "$(N)" $(if $(ONLY),--only "$(ONLY)" --seconds 0,--against "$(AGAINST)" --race 100 --write-docs)

soak: set-up ## Thirty people at work for ten minutes: no error, no long lock, level memory
	@exec $(PY) -m tests.benchmarks.soak --minutes "$(MINUTES)"

screenshots: set-up chromium ## Make the README's pictures from the demo
	@exec $(PY) -m tests.support.screenshots

lock: set-up ## Resolve the dependency ranges anew and write the locks
	@exec $(PY) clinic/runtime/lock.py

clean: ## Remove what set-up and tests made; the demo's data stays
	rm -rf .venv node_modules .cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
