# Everything runs in .venv, which the targets make themselves. `make help` lists them.

PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
CONSTRAINTS := tests/constraints.txt

COMMA := ,

# Drivers for servers are installed when their addresses are set.
EXTRAS := demo$(if $(filter redis%,$(REDIS_URL) $(CELERY_BROKER_URL)),$(COMMA)redis)$(if $(filter postgres%,$(DATABASE_URL)),$(COMMA)postgres)
DEMO_STAMP = $(VENV)/.installed-$(subst $(COMMA),-,$(EXTRAS))
TEST_STAMP := $(VENV)/.installed-test

.PHONY: help demo test bench faults clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  make demo PORT=8001 | make bench AREA=main ONLY=name | make faults ROW=F3"

demo: $(DEMO_STAMP) ## run the demo shop with everything it needs; Ctrl-C stops it
	@exec $(PY) -m config.demo --port $(PORT)

test: $(TEST_STAMP) ## lint, types, import contracts, all tests
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m django makemigrations --check --dry-run
	@! command -v node >/dev/null || find tests/widget -name '*.test.js' -o -name '*.test.mjs' | xargs -r node --test
	PYTHONDEVMODE=1 $(PY) -m pytest
	TEST_DATABASE=postgresql PYTHONDEVMODE=1 $(PY) -m pytest -m database
	TEST_DATABASE=pgvector PYTHONDEVMODE=1 $(PY) -m pytest -m 'database or pgvector' tests/catalog/search tests/admin/test_catalogue.py
	@command -v node >/dev/null || { echo "skipped: the widget's module tests (node is not installed)"; test "$$CI" != true; }

bench: $(TEST_STAMP) ## run the benchmarks (AREA=main ONLY=name); figures go to build/bench/
	$(PY) -m tests.bench $(if $(AREA),--area $(AREA)) $(if $(ONLY),--only $(ONLY))

faults: $(TEST_STAMP) ## run the catalogue of faults (ROW=F3; DOCS=1 writes docs/faults.md)
	$(PY) -m tests.faults $(if $(ROW),--row $(ROW)) $(if $(DOCS),--docs)

clean: ## remove what the targets made: .venv, var, build and the caches
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The newest Python that is 3.11 or later, can make virtual environments, and really starts.
$(PY):
	@for python in python3.13 python3.12 python3.11 python3 python; do \
	  if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$($$python --version)."; \
	    exec $$python -m venv $(VENV); \
	  fi; \
	done; \
	echo "No Python 3.11 or later with the venv module was found (on Debian: apt install python3-venv)." >&2; exit 1

$(DEMO_STAMP): pyproject.toml $(CONSTRAINTS) | $(PY)
	@echo "Installing the demo; the first time takes about a minute."
	@$(PIP) --constraint $(CONSTRAINTS) --editable '.[$(EXTRAS)]'
	@touch $@

$(TEST_STAMP): pyproject.toml $(CONSTRAINTS) | $(PY)
	@echo "Installing the tests' packages; the first time takes a few minutes."
	@$(PIP) --constraint $(CONSTRAINTS) --editable '.[test]'
	@touch $@
