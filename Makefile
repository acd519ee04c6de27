# `make help` lists what there is. Everything lives in .venv, made by PYTHON (3.11 or later).

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
LITERT_JS := 2.5.3
TYPESCRIPT := 5.9.3
ONNXRUNTIME_WEB := 1.30.0

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.NOTPARALLEL:
.PHONY: help demo test test-oldest test-web test-apps test-compiled test-runtimes test-keras test-python-bundle test-reproducible fuzz fuzz-short lint docs bench clean
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

test-web: $(VENV)/.installed-test ## the sweep on LiteRT.js in Node, in both of its builds, and pages in Chromium
	@if $(MAKE) --no-print-directory .litert_js/.installed-$(LITERT_JS)-$(TYPESCRIPT); then \
		TEST_WEB=1 $(BIN)/python -m pytest -n $(JOBS) tests/web; \
	else \
		echo 'Node 20 and its packages cannot be had: the tests on LiteRT.js are skipped'; \
	fi

test-compiled: $(VENV)/.installed-test ## the sweep on LiteRT's CompiledModel, every configuration
	TEST_COMPILED=1 $(BIN)/python -m pytest -n $(JOBS) tests/compiled

test-runtimes: $(VENV)/.installed-test ## the sweep's files on older runtimes: each runs where it says
	@if $(BIN)/python scripts/older_runtime.py .runtimes 2.14.0 'LiteRT 1.0.1'; then \
		TEST_RUNTIMES=1 $(BIN)/python -m pytest -n $(JOBS) tests/runtimes; \
	else \
		echo 'the older runtimes cannot be had: the tests on them are skipped'; \
	fi

# The package of LiteRT.js, for Node, and the compiler that checks a bundle's types.
.litert_js/.installed-$(LITERT_JS)-$(TYPESCRIPT):
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'
	npm install --silent --no-fund --no-audit --no-package-lock --prefix .litert_js \
		@litertjs/core@$(LITERT_JS) typescript@$(TYPESCRIPT)
	@touch $@

test-python-bundle: $(VENV)/.installed-test ## bundles for Python in an environment without scikit-learn
	$(PYTHON) -m venv $(VENV)-litert
	$(VENV)-litert/bin/python -m pip --disable-pip-version-check install --quiet 'numpy>=1.26' \
		"ai-edge-litert==$$($(BIN)/python -c 'from importlib.metadata import version; print(version("ai-edge-litert"))')"
	$(BIN)/python scripts/check_python_bundle.py $(VENV)-litert/bin/python

# The peer of benchmarks in Node, beside LiteRT.js.
.litert_js/.installed-bench-$(LITERT_JS)-$(ONNXRUNTIME_WEB):
	npm install --silent --no-fund --no-audit --no-package-lock --prefix .litert_js \
		@litertjs/core@$(LITERT_JS) onnxruntime-web@$(ONNXRUNTIME_WEB)
	@touch $@

test-apps: $(VENV)/.installed-test ## bundles in C++ and for Android, compiled and run
	@if which g++ cmake kotlinc javac > /dev/null; then \
		TEST_APPS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadscope tests/apps; \
	else \
		echo 'g++, cmake, kotlinc and javac cannot be had: the tests of bundles for apps are skipped'; \
	fi

test-keras: ## a part of the sweep as Keras models and SavedModels, with TensorFlow in an environment of its own
	@if $(MAKE) --no-print-directory VENV=$(VENV)-keras $(VENV)-keras/.installed-keras-test; then \
		TEST_KERAS=1 $(VENV)-keras/bin/python -m pytest -n $(JOBS) tests/keras; \
	else \
		echo 'TensorFlow cannot be installed: the tests of Keras models are skipped'; \
	fi

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

docs: $(VENV)/.installed-test ## write docs/supported.md from the converters, the tables of docs/runtimes.md, and the app contract's schema
	$(BIN)/skl2tflite supported --markdown > docs/supported.md
	$(BIN)/python scripts/document_runtimes.py
	$(BIN)/python scripts/document_contract.py

bench: $(VENV)/.installed-bench ## time us and the peers in turn
	@$(MAKE) --no-print-directory .litert_js/.installed-bench-$(LITERT_JS)-$(ONNXRUNTIME_WEB) || \
		echo 'Node 20 and its packages cannot be had: benchmarks in Node are skipped'
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
