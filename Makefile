# SLO Alert Router: every command a user or CI needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
CONFIG ?= config/router.yaml

.PHONY: help install run demo test lint bench schema lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %s. Mend: make install PYTHON=python3.11" % sys.version.split()[0])'
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements/run.txt pyproject.toml
	@echo "installing the locked dependencies ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "installing the locked development tools ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

install: $(VENV)/.run ## make .venv and install the locked dependencies

run: $(VENV)/.run ## start the router on an embedded Valkey, in the foreground
	@exec $(BIN)/alert-router serve --config $(CONFIG)

demo: $(VENV)/.run ## a simulated service and a day of alerts played fast
	@exec $(BIN)/alert-router demo

test: $(VENV)/.dev ## the whole test-suite (REQUIRE_ALL=1: a skip is a failure)
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev ## formatter, linter, types, import contracts, dead code, dependencies
	@$(BIN)/ruff format --check router tests bench
	@$(BIN)/ruff check router tests bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/vulture
	@$(BIN)/deptry .
	@$(BIN)/python tests/house.py

bench: $(VENV)/.dev ## benchmarks as a table, kept as JSON under .data/bench/
	@$(BIN)/python -m bench $(ARGS)

schema: $(VENV)/.run ## write config/router.schema.json and docs/configuration.md from the code
	@$(BIN)/python -m router.config.reference

lock: ## resolve the dependencies anew into requirements/*.txt (needs uv)
	uv pip compile -q --upgrade --python-version 3.11 --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --extra charts --extra parquet pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile -q --upgrade --python-version 3.11 --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --extra charts --extra parquet --extra s3 --extra dev -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt

clean: ## remove .venv and caches (never .data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
