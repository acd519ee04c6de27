# `make help` lists what there is. Everything lives in .venv, made by PYTHON (3.11 or later).

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
LITERT_JS := 2.5.3

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.NOTPARALLEL:
.PHONY: help demo test test-oldest test-web test-python-bundle test-reproducible fuzz fuzz-short lint docs bench clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed-cli ## train, convert, check and time real models; files go to demo/
	$(BIN)/skl2tflite demo

test: $(VENV)/.installed-test ## run the tests
	$(BIN)/python -m pytest -n $(JOBS)

test-oldest: ## the sweep and the converters' tests on the oldest scikit-learn; others do not depend on it
	$(MAKE) --no-print-directory VENV=$(VENV)-oldest $(VENV)-oldest/.installed-oldest
	$(VENV)-oldest/bin/python -m pytest -n $(JOBS) tests/estimators tests/converters tests/numerics tests/passes tests/tracing

test-web: $(VENV)/.installed-test ## the sweep on LiteRT.js in Node, in both of its builds
	@if $(MAKE) --no-print-directory .litert_js/.installed-$(LITERT_JS); then \
		TEST_WEB=1 $(BIN)/python -m pytest -n $(JOBS) tests/web; \
	else \
		echo 'Node 20 and its packages cannot be had: the tests on LiteRT.js are skipped'; \
	fi

# The package of LiteRT.js, for Node.
.litert_js/.installed-$(LITERT_JS):
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'
	npm install --silent --no-fund --no-audit --no-package-lock --prefix .litert_js @litertjs/core@$(LITERT_JS)
	@touch $@

test-python-bundle: $(VENV)/.installed-test ## bundles for Python in an environment without scikit-learn
	$(PYTHON) -m venv $(VENV)-litert
	$(VENV)-litert/bin/python -m pip --disable-pip-version-check install --quiet 'numpy>=1.26' \
		"ai-edge-litert==$$($(BIN)/python -c 'from importlib.metadata import version; print(version("ai-edge-litert"))')"
	$(BIN)/python scripts/check_python_bundle.py $(VENV)-litert/bin/python

test-reproducible: $(VENV)/.installed-test ## the same bytes in other processes, threads and Python versions
	$(BIN)/python scripts/check_reproducible.py --other $(VENV)-reproducible

fuzz: $(VENV)/.installed-test ## use 20 000 damaged files; more with FUZZ='--files 100000 --seed 7' (--help lists all)
	$(BIN)/python -m fuzz $(FUZZ)

fuzz-short: $(VENV)/.installed-test ## use the first of them, as .ci/run does
	$(BIN)/python -m fuzz --files 1500

lint: $(VENV)/.installed-lint ## ruff, mypy (strict), import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed-test ## write docs/supported.md from the converters
	$(BIN)/skl2tflite supported --markdown > docs/supported.md

bench: $(VENV)/.installed-bench ## time us and the peers in turn
	$(BIN)/python -m pytest benchmarks

clean: ## remove what was built, but not the environments
	rm -rf demo dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks

# An extra of pyproject.toml, installed once and again when pyproject.toml changes.
$(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --editable '.[$*]'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'skl2tflite needs Python 3.11 or later: make PYTHON=python3.11 $(MAKECMDGOALS)' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
