# Two commands are enough: `make run` and `make test`. They need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
.DEFAULT_GOAL := help
.PHONY: help setup run test lint types contracts check-diagrams demo migrate assets lock reliability bench clean

help: ## Show what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run-stamp: requirements.lock | $(BIN)/python
	@echo "installing the run-time libraries ..."
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

$(VENV)/.dev-stamp: requirements-dev.lock | $(BIN)/python
	@echo "installing the libraries of the suite ..."
	@$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@ $(VENV)/.run-stamp

setup: $(VENV)/.run-stamp assets ## Install libraries and build the front end

assets: $(VENV)/.run-stamp
	@$(BIN)/python -m tools.build_assets

run: setup ## Set up and serve on http://127.0.0.1:8000, web and timer worker together
	@$(BIN)/python -m app.cli run

demo: $(VENV)/.run-stamp ## Play four cases on a virtual clock and print their timelines
	@$(BIN)/python -m app.cli demo

migrate: $(VENV)/.run-stamp ## Create or upgrade the database, deploy what is shipped
	@$(BIN)/python -m app.cli init

test: $(VENV)/.dev-stamp lint types contracts ## The whole suite: lint, types, contracts, tests on both databases and in a browser
	@$(BIN)/python -m tools.build_assets --test-tools
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.dev-stamp ## ruff
	@$(BIN)/ruff check .

types: $(VENV)/.dev-stamp ## mypy --strict
	@$(BIN)/mypy

contracts: $(VENV)/.dev-stamp ## import-linter
	@$(BIN)/lint-imports --config setup.cfg

check-diagrams: $(VENV)/.run-stamp ## Check every diagram and rule file
	@$(BIN)/python -m app.cli check

bench: $(VENV)/.dev-stamp ## Print the figures of tests/benchmarks
	@for file in tests/benchmarks/bench_*.py; do $(BIN)/python -m tests.benchmarks.$$(basename $$file .py) || exit 1; done

lock: ## Turn requirements*.in into lock files with hashes (needs uv)
	uv pip compile -q --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --universal requirements.in -o requirements.lock
	uv pip compile -q --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --universal requirements-dev.in -c requirements.lock -o requirements-dev.lock

clean: ## Remove what was built; data in var/ stays
	rm -rf $(VENV) node_modules app/web/static/dist .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
