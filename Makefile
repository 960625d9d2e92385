# make demo    verify the shipped problems and write one worked solution
# make test    linter, formatter, type checker and all tests
# make bench   how long things take
# Needs Python 3.11 or newer and the network once, for the dependencies; works in .venv.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE = $(BIN)/python -m compileall -q symgrad  # an editable install leaves that to every first start

.PHONY: demo test bench clean

demo: .venv/installed
	$(BIN)/symgrad verify
	$(BIN)/symgrad solve softmax-optimized

test: .venv/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

bench: .venv/installed-for-tests
	$(BIN)/python -m pytest tests/bench -o python_files='bench_*.py'

clean:
	rm -rf .venv build dist *.egg-info

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/installed: .venv/bin/python setup.cfg pyproject.toml
	$(INSTALL) --editable .
	$(COMPILE)
	touch $@

.venv/installed-for-tests: .venv/bin/python setup.cfg pyproject.toml
	$(INSTALL) --editable '.[test]'
	$(COMPILE)
	touch $@ .venv/installed
