# Two commands set everything up: `make demo` and `make test`. They need Python 3.11 or later and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
BALLOTS ?= all
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: demo test lint bench lock clean

demo: .venv/.installed
	$(BIN)/python -m demo --ballots $(BALLOTS)

test: lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: .venv/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.installed
	$(BIN)/python -m benchmarks

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Renews requirements.lock from pyproject.toml; needs a network and pip-tools.
lock: .venv/.installed
	$(BIN)/pip-compile --quiet --upgrade --allow-unsafe --all-extras --generate-hashes --strip-extras --no-emit-options \
		--no-header --no-annotate -o requirements.lock pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis demo-record demo-work
