# Everything is set up in .venv; Python 3.11 or newer and make are enough.
PYTHON ?= python3
BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test endurance check bench pins

help: ## Say what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

demo: .venv/.run ## Run the tool, its worker and a practice LMS (ARGS=--walkthrough walks the loop by itself)
	@$(BIN)/quatrefoil demo $(ARGS)

test: .venv/.dev .venv/.browser ## Run all tests (ARGS=... goes to pytest)
	@$(BIN)/pytest $(ARGS)

endurance: .venv/.dev .venv/.browser ## Run what takes minutes: random kills in 200 awards, long rows, many examples
	@$(BIN)/pytest -m endurance $(ARGS)

check: .venv/.dev ## Lint, types, import arrows, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache > /dev/null || $(BIN)/lint-imports --no-cache
	$(BIN)/codespell

bench: .venv/.dev ## Measure launch, award and pages against a bare Flask page in the same run
	@$(BIN)/python -m benchmarks $(ARGS)

pins: .venv/.dev ## Resolve the pinned requirements anew, with hashes and without addresses
	$(BIN)/python -m pip install --quiet uv
	for one in "requirements.txt" "requirements-dev.txt --group dev"; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
	    pyproject.toml --extra demo --extra redis -o $$one; done

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Quatrefoil needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

# By a path, as an installed copy is found: setuptools' finder takes each process 10 ms to load.
.venv/.run: .venv/bin/python requirements.txt pyproject.toml
	@echo "Setting up .venv (once) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --config-settings editable_mode=compat -e .
	@touch $@

.venv/.dev: .venv/bin/python requirements-dev.txt pyproject.toml
	@echo "Setting up .venv for development (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --config-settings editable_mode=compat -e .
	@touch .venv/.run $@

# The browser tests drive Chromium: the system's, or else Playwright's own.
.venv/.browser: .venv/.dev
	@if command -v chromium > /dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  apt-get update -qq && apt-get install -y -qq chromium > /dev/null; \
	else $(BIN)/playwright install chromium || echo "No browser: its tests will say so."; fi
	@touch $@
