# Two commands are enough: `make run` and `make test`. They need Python 3.11 or newer and make; everything else is
# fetched into .venv, .cache and node_modules by its locked version and hash.

.DEFAULT_GOAL := help
.SUFFIXES:

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
RUN := .venv/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check install --quiet --root-user-action=ignore --require-hashes
CLI := $(RUN) -m app.cli
WORKERS ?= 2

# A stamp carries the check sum of its lock, so a new lock is installed and a known one costs nothing.
# What is tested is locked to what runs (tests/architecture/test_words.py), so the second stamp stands for the first.
sum = $(shell cat $(1) 2>/dev/null | cksum | cut -d ' ' -f 1)
RUN_STAMP := .venv/.run-$(call sum,requirements.lock)
DEV_STAMP := .venv/.dev-$(call sum,requirements.lock requirements-dev.lock)

.PHONY: help setup run demo test lint types contracts format check-diagrams new-theme conformance scenarios reliability bench \
	docs migrate lock clean assets test-tools

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' Makefile

setup: $(RUN_STAMP) assets ## Install libraries and build the front end

run: setup ## Set up and serve on http://127.0.0.1:8000, web and timer worker together
	@$(CLI) run

demo: $(RUN_STAMP) ## Play cases on a virtual clock and print their timelines
	@$(CLI) demo

test: lint types contracts test-tools ## The whole suite: lint, types, contracts, tests on both databases and in a browser
	@$(RUN) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore tests/reliability

lint: $(DEV_STAMP) ## ruff: rules and format
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m ruff format --check .

types: $(DEV_STAMP) ## mypy --strict
	@$(RUN) -m mypy --no-error-summary

contracts: $(DEV_STAMP) ## import-linter: which room may know which
	@$(RUN) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo

format: $(DEV_STAMP) ## Write the Python files the one way
	@$(RUN) -m ruff check --quiet --fix-only .
	@$(RUN) -m ruff format --quiet .

check-diagrams: $(RUN_STAMP) ## Check every diagram and rule file
	@$(CLI) check

new-theme: $(RUN_STAMP) ## Begin a theme: make new-theme CODE=pets NAME=...
	@test -n "$(CODE)" || { echo "Name the theme: make new-theme CODE=pets NAME=..."; exit 1; }
	@$(CLI) new-theme "$(CODE)" --name "$(NAME)"

conformance: $(RUN_STAMP) ## Try the diagrams of other tools: make conformance DIR=folder
	@test -n "$(DIR)" || { echo "Name the folder: make conformance DIR=folder"; exit 1; }
	@$(CLI) conformance "$(DIR)"

scenarios: $(DEV_STAMP) ## Run the scenario files beside the diagrams on a virtual clock
	@$(RUN) -m pytest -q tests/scenarios

reliability: $(DEV_STAMP) ## Long runs: killed workers, outages, histories
	@$(RUN) -m pytest -q -s tests/reliability

bench: $(DEV_STAMP) ## Print the figures of tests/benchmarks
	@for file in tests/benchmarks/bench_*.py; do $(RUN) -m "tests.benchmarks.$$(basename "$$file" .py)" || exit 1; done

docs: $(RUN_STAMP) ## Write docs/reference from enums, messages and rules
	@$(RUN) -m tools.build_reference

migrate: $(RUN_STAMP) ## Create or upgrade the database, deploy what is shipped
	@$(CLI) init

lock: .venv/.created ## Turn requirements*.in into lock files with hashes
	@$(RUN) -m tools.lock

clean: ## Remove what was built; data in var/ stays
	@rm -rf .venv node_modules app/web/static/dist .cache
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

assets: $(RUN_STAMP)
	@$(RUN) -m tools.build_assets

test-tools: $(DEV_STAMP)
	@$(RUN) -m tools.build_assets --test-tools

.venv/.created:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	@"$(PYTHON)" -m venv .venv
	@touch $@

$(RUN_STAMP): | .venv/.created
	@echo "installing the run-time libraries ..."
	@$(PIP) -r requirements.lock
	@touch $@

$(DEV_STAMP): | .venv/.created
	@echo "installing the libraries of the suite ..."
	@$(PIP) -r requirements-dev.lock
	@touch $@ $(RUN_STAMP)
