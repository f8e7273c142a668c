# Two commands matter: make demo, make test. Everything is installed into .venv from requirements.lock.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
UV := uv==0.13.9
QUIETLY := --quiet --disable-pip-version-check

.PHONY: demo test check up bench lock dictionary patterns format clean help
.DEFAULT_GOAL := help

help: ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(INSTALLED) ## A month of reporting by the real DAGs in a real Airflow; everything under var/demo
	@$(BIN)/python -m commune_reports.demo var/demo

test: $(INSTALLED) ## The whole test suite, on SQLite and PostgreSQL
	@# In the order of the folders: by the number of tests in a file, the few long ones would come last and run alone.
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

check: $(INSTALLED) ## Format, lint, types, import layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=plugins $(BIN)/lint-imports

up: $(INSTALLED) ## Airflow with its UI on 127.0.0.1:8080, DAGs live, until Ctrl-C
	@$(BIN)/python -m commune_reports.orchestration.serve

bench: $(INSTALLED) ## Measure speed and memory
	@$(BIN)/python benchmarks/collect_thousand.py
	@$(BIN)/python benchmarks/read_thousand.py
	@$(BIN)/python benchmarks/score_ten_thousand.py

format: $(INSTALLED) ## Bring the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

dictionary: $(INSTALLED) ## Write docs/data-dictionary.md from the schema
	@$(BIN)/commune-reports db dictionary > docs/data-dictionary.md

patterns: $(INSTALLED) ## Write the patterns of expectations/ from their lists of words
	@$(BIN)/python -m commune_reports.validation.patterns expectations

lock: ## Resolve the dependencies anew into requirements.lock
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install $(QUIETLY) $(UV)
	$(VENV)-lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	rm -rf $(VENV)-lock

clean: ## Remove what was made here
	rm -rf $(VENV) var/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Installing into $(VENV) (once, about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# uv does in seconds what takes pip a minute or two; pip goes where only pip is told the way, as to a mirror.
	@# Python compiles what it imports; compiling all of Airflow beforehand takes longer than everything else here.
	@$(BIN)/pip install $(QUIETLY) $(UV) && $(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python \
	    --require-hashes -r requirements.lock 2>/dev/null || \
	  $(BIN)/pip install $(QUIETLY) --no-compile --require-hashes -r requirements.lock
	@$(BIN)/pip install $(QUIETLY) --no-deps --no-build-isolation --editable .
	@touch $(INSTALLED)
