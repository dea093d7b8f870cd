# make demo: install, build the sample lake, index it, ask three questions.
# make test: install what the tests need, run them all.
# make smoke: the quality benchmark on the sample lake.
# make train: train the models that ship, out of tables fetched from the registry.
# make train-cross: train the cross-encoders alone.
# make test-pipelines: try what is sent to catalogs and orchestrators with their official clients, in an environment of
#   their own (hundreds of megabytes).
# make docs: write the pages of commands and settings, and what examples show, anew.
# make test-pythons: try the core with every other Python that is installed, from 3.11 to 3.14.
# make test-lowest: try the lowest versions that pyproject.toml allows, in an environment of their own (gigabytes: torch).
# make lock: pin every package for development, with hashes; make lock-install: install exactly these.
# make sbom, make audit: list what lakeindex depends on as CycloneDX; look the locked packages up in advisories.

PYTHON ?= python3
VENV ?= .venv
DEMO ?= .demo
TRAIN ?= .train
TOOLS ?= .tools
LOWEST ?= .lowest
PYTHONS ?= .pythons
PIPELINES ?= .pipelines
LOCK := requirements-dev.lock
SBOM ?= build/sbom.cdx.json
BIN := $(VENV)/bin
INDEX := $(DEMO)/index

# Whatever the shell says: a test run starts hundreds of processes, and each would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test smoke test-slow test-pipelines test-lowest test-pythons docs train train-cross lint format lock lock-install sbom audit clean

demo: $(VENV)/.demo-installed
	@rm -rf $(DEMO)
	@echo '$$ lakeindex demo $(DEMO)/lake' && $(BIN)/lakeindex demo $(DEMO)/lake
	@echo '$$ lakeindex index $(DEMO)/lake --index $(INDEX)' && $(BIN)/lakeindex index $(DEMO)/lake --index $(INDEX)
	@echo '$$ lakeindex query transport/flights/2013-01.csv.gz dest' \
		&& $(BIN)/lakeindex query transport/flights/2013-01.csv.gz dest --index $(INDEX) -k 5
	@echo '$$ lakeindex query finance/currency_by_entity.csv entity' \
		&& $(BIN)/lakeindex query finance/currency_by_entity.csv entity --index $(INDEX) -k 5
	@echo '$$ lakeindex query geo/i18n/laender.csv Land' \
		&& $(BIN)/lakeindex query geo/i18n/laender.csv Land --index $(INDEX) -k 5

test: $(VENV)/.dev-installed
	$(BIN)/pytest -n 2 -m 'not slow and not pipelines' --durations=40

smoke: $(VENV)/.dev-installed
	$(BIN)/python benchmarks/quality.py --smoke

test-slow: $(VENV)/.dev-installed
	$(BIN)/pytest -m slow

# Only files that have such tests: others import what this environment lacks.
test-pipelines: $(PIPELINES)/.installed
	$(PIPELINES)/bin/python -m pytest -m pipelines $(shell grep -rl 'mark\.pipelines' tests --include='test_*.py')

test-lowest: | $(BIN)/python
	$(BIN)/python tools/lowest_versions.py $(LOWEST)

test-pythons: $(VENV)/.dev-installed
	$(BIN)/python tools/other_pythons.py $(PYTHONS)

docs: $(VENV)/.dev-installed
	$(BIN)/python -m tools.docs

train-cross: $(VENV)/.train-installed
	$(BIN)/python training/train.py $(TRAIN) --only cross

train: $(VENV)/.train-installed
	$(BIN)/python training/train.py $(TRAIN)

lint: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python benchmarks/house.py --static --check

format: $(VENV)/.dev-installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The file names no registry: whichever pip is set up for has to give files of these hashes.
lock: $(TOOLS)/.installed
	$(TOOLS)/bin/uv pip compile pyproject.toml --extra dev --extra train --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet \
		--output-file $(LOCK)

lock-install: | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $(VENV)/.dev-installed $(VENV)/.demo-installed $(VENV)/.train-installed

# Of the packages that installing lakeindex brings, as resolved now, without those of development.
sbom: $(TOOLS)/.installed
	@mkdir -p $(dir $(SBOM))
	$(TOOLS)/bin/uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-header --quiet --output-file $(SBOM).txt
	$(TOOLS)/bin/cyclonedx-py requirements $(SBOM).txt --pyproject pyproject.toml --output-format JSON --output-file $(SBOM)
	@rm $(SBOM).txt

# Strict: a package that no advisory source knows fails, as nothing was looked up.
audit: $(TOOLS)/.installed
	$(TOOLS)/bin/pip-audit --requirement $(LOCK) --require-hashes --disable-pip --strict

clean:
	rm -rf $(VENV) $(DEMO) $(TRAIN) $(TOOLS) $(LOWEST) $(PYTHONS) $(PIPELINES)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lakeindex needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(TOOLS)/.installed:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet 'uv>=0.9' 'cyclonedx-bom>=7' 'pip-audit>=2.9'
	@touch $@

# By uv: pip takes many minutes to find versions that go together.
$(PIPELINES)/.installed: pyproject.toml tools/pipelines.txt
	$(PYTHON) -m venv $(PIPELINES)
	$(PIPELINES)/bin/python -m pip install --quiet 'uv>=0.9'
	$(PIPELINES)/bin/uv pip install --quiet --python $(PIPELINES)/bin/python -e '.[demo,export]' -r tools/pipelines.txt
	@touch $@

# Not compiled: most modules of the language model's packages are never imported, and Python keeps what it compiles.
$(VENV)/.demo-installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-compile -e '.[demo,neural]'
	@touch $@

$(VENV)/.train-installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-compile -e '.[train]'
	@touch $@

$(VENV)/.dev-installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-compile -e '.[dev]'
	@touch $@
