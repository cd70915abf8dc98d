# Everything runs in .venv, which is made on the first call and again when its lists of packages change.

SHELL := /bin/bash
# The first Python that runs and is new enough; `make PYTHON=...` decides otherwise.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_EXTRAS := $(VENV)/.installed-extras
LAYERFORGE := $(BIN)/layerforge
SPEC ?= specs/cnn-lstm.yaml
DATA ?= specs/data/chicago-l.csv
WORKERS ?= 2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo check test test-slow test-exhaustive bench docs audit format clean

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Shows a command, then runs it.
define run
	@echo
	@echo '$$ layerforge $(1)'
	@$(LAYERFORGE) $(1)
endef

demo: $(INSTALLED) ## Run the main job on a shipped spec: check, build, train, evaluate, predict
	$(call run,check $(SPEC))
	$(call run,build $(SPEC))
	$(call run,baseline $(SPEC))
	$(call run,train $(SPEC))
	$(call run,evaluate $(basename $(notdir $(SPEC))))
	$(call run,predict $(basename $(notdir $(SPEC))) --data $(DATA))

check: $(INSTALLED) ## Format, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(INSTALLED) ## Run the tests; ARGS='-k lstm' for some of them
	$(BIN)/pytest -n $(WORKERS) $(ARGS)

test-slow: $(INSTALLED_EXTRAS) ## Run the tests that take more than a minute, those of the extras too
	$(BIN)/pytest -n $(WORKERS) -m slow $(ARGS)

test-exhaustive: $(INSTALLED) ## Run the tests that take an hour: every layer and application imported and ejected
	$(BIN)/pytest -n $(WORKERS) -m exhaustive $(ARGS)

bench: $(INSTALLED) ## Run the benchmarks; ETTH1=path/to/ETTh1.csv adds the published one
	$(BIN)/python -m benchmarks $(if $(ETTH1),--etth1 "$(ETTH1)") $(ARGS)

docs: $(INSTALLED_EXTRAS) ## Make the documentation a site; needs no network to be read
	$(BIN)/sphinx-build -E -W --keep-going -q -c docs -d build/doctrees . build/site
	@echo 'the page is $(CURDIR)/build/site/index.html'

format: $(INSTALLED) ## Format the code, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

audit: ## Ask the database of known faults about every pinned version; needs the network
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.10,<3'
	$(VENV)-audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict

clean: ## Remove what was made, the runs excepted
	rm -rf $(VENV) $(VENV)-audit build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "layerforge needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/it" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(INSTALLED_EXTRAS): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs,export,serve,tensorboard]'
	@touch $@
