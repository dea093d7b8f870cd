# make demo: install, build the sample lake, index it, ask three questions.
# make test: install what the tests need, run them all.
# make train: train the models that ship, out of tables fetched from the registry.
# make train-cross: train the cross-encoders alone.

PYTHON ?= python3
VENV ?= .venv
DEMO ?= .demo
TRAIN ?= .train
BIN := $(VENV)/bin
INDEX := $(DEMO)/index

.PHONY: demo test test-slow train train-cross lint format clean

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
	$(BIN)/pytest -n 2 -m 'not slow'

test-slow: $(VENV)/.dev-installed
	$(BIN)/pytest -m slow

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

clean:
	rm -rf $(VENV) $(DEMO) $(TRAIN)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lakeindex needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo-installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet -e '.[demo]'
	@touch $@

$(VENV)/.train-installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet -e '.[train]'
	@touch $@

$(VENV)/.dev-installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	@touch $@
