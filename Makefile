# make demo   train three small models, watch them, write a report: see what this is
# make lab    open JupyterLab on what the demo made
# make test   every check: format, lint, types, and all tests
# make test-long    the faults again in large counts (1,000 kills, 10,000 power cuts), and charts, tables and texts at their full sizes
# make benchmarks   what it costs, with 100,000 experiments; prints what it measures
# make venv build clean   the steps one by one

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := demo
.DELETE_ON_ERROR:
.PHONY: demo lab test test-long benchmarks venv build clean lint types ui browser pytest need-node need-python

PYTHON ?= python3
PYTEST_ARGS ?=
# What may be tested by several processes at once, what starts many of its own, and what takes the machine for itself: it measures.
# A browser test that fails is tried twice more, and told as R, with why it failed: on a busy machine what is waited for may not come in a minute.
# A benchmark is measured again, up to four times: what else runs on the machine for some seconds slows Python more than it
# slows the system. What has become dearer is dearer each time.
PARTS := unit contract server widgets packaging capture
WHOLE := faults notebooks hosts
export npm_config_update_notifier := false
export LIST_DEPENDENCIES := import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
  print(*p["dependencies"], *p["optional-dependencies"]["test"], sep="\n")
BIN := .venv/bin
NPM := npm --prefix labextension --loglevel=error
SOURCES := $(shell find labextension/src -type f ! -name '*.test.ts*') $(wildcard labextension/scripts/*.mjs labextension/schema/*) labextension/rspack.config.js labextension/tsconfig.json labextension/tsconfig.build.json
BUILT := trackkit_jupyter/labextension/package.json
say = @printf '\n\033[1m==> %s\033[0m\n' "$(1)"

# -- what people ask for

demo: venv
	$(call say,Running the quickstart on real data)
	@$(BIN)/trackkit demo

lab: venv
	@test -d demo || $(BIN)/trackkit demo
	@cd demo && exec ../$(BIN)/jupyter lab $$(test "$$(id -u)" != 0 || echo --allow-root)

test: venv lint types ui browser pytest

test-long: venv
	$(call say,The large frameworks)
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.[frameworks]'
	@TRACKKIT_LONG=1 $(BIN)/python -m pytest --timeout 3600 tests/unit -m frameworks
	$(call say,Faults in large counts)
	@TRACKKIT_LONG=1 $(BIN)/python -m pytest --timeout 3600 tests/faults tests/unit/store/test_journal_machine.py tests/unit/store/test_documents_machine.py tests/browser/test_scale_charts.py tests/browser/test_scale_clock.py tests/browser/test_scale_tables.py tests/browser/test_scale_comparison.py tests/browser/test_models.py $(PYTEST_ARGS)

benchmarks: venv
	$(call say,Benchmarks)
	@TRACKKIT_CATALOG=100000 $(BIN)/python -m pytest --timeout 3600 -s tests/benchmarks $(PYTEST_ARGS)

venv:
	@$(MAKE) --no-print-directory -j2 .venv/.dependencies $(BUILT)
	@$(MAKE) --no-print-directory .venv/.installed

build: $(BUILT)

clean:
	rm -rf .venv labextension/node_modules labextension/lib trackkit_jupyter/labextension trackkit_jupyter/static build dist demo
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results

# -- how it is made: each step leaves a file newer than what it was made from

labextension/node_modules/.package-lock.json: labextension/package.json labextension/package-lock.json | need-node
	$(call say,Fetching the packages of the front end)
	@$(NPM) ci --ignore-scripts
	@touch $@

$(BUILT): labextension/node_modules/.package-lock.json $(SOURCES)
	$(call say,Building the front end)
	@log=$$($(NPM) run -s build:prod 2>&1) || { echo "$$log"; exit 1; }
	@touch $@

.venv/bin/python: | need-python
	$(call say,Making a virtual environment in .venv)
	@$(PYTHON) -m venv .venv || { echo "On Debian: apt-get install python3-venv"; exit 1; }

# What Python and what the front end need is fetched at the same time.
.venv/.dependencies: pyproject.toml | .venv/bin/python
	$(call say,Installing what it needs: the first time takes a minute or two)
	@$(BIN)/python -c "$$LIST_DEPENDENCIES" | $(BIN)/python -m pip install --disable-pip-version-check --quiet -r /dev/stdin
	@touch $@

# The labextension is linked, not copied, so that a build is seen without installing again.
.venv/.installed: .venv/.dependencies install.json $(wildcard jupyter-config/*/*) | $(BUILT)
	$(call say,Installing the package)
	@rm -rf .venv/share/jupyter/labextensions/trackkit-jupyter
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	@$(BIN)/jupyter-builder develop --overwrite . > /dev/null 2>&1
	@touch $@

need-node:
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2> /dev/null && command -v npm > /dev/null \
	  || { echo "Node.js 20.19 or newer, with npm, is needed to build. (An installed wheel needs none.)"; exit 1; }

need-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python"; exit 1; }

# -- the parts of `make test`

lint: venv
	$(call say,Format and lint)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(NPM) run -s lint

types: venv
	$(call say,Types)
	@$(BIN)/mypy
	@$(NPM) run -s check

ui: venv
	$(call say,Tests of the front end)
	@$(NPM) test --silent

browser:
	@if ! command -v chromium > /dev/null; then \
	  printf '\n==> Installing chromium for the browser tests\n'; \
	  if [ "$$(id -u)" = 0 ]; then as_root=(); elif sudo -n true 2> /dev/null; then as_root=(sudo); \
	  else echo "The browser tests need chromium. As root: apt-get install --no-install-recommends chromium"; exit 1; fi; \
	  "$${as_root[@]}" apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive "$${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium > /dev/null; \
	fi

pytest: venv browser
	$(call say,Tests of the parts)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile tests/test_*.py $(addprefix tests/,$(PARTS)) $(PYTEST_ARGS)
	$(call say,Tests of the whole)
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(addprefix tests/,$(WHOLE)) $(PYTEST_ARGS)
	$(call say,Benchmarks)
	@$(BIN)/python -m pytest --reruns 4 --reruns-delay 5 tests/benchmarks $(PYTEST_ARGS)
	$(call say,Tests in a browser)
	@$(BIN)/python -m pytest --reruns 2 --numprocesses 2 --dist loadfile tests/browser $(PYTEST_ARGS)
