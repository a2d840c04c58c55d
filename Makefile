# Two commands matter: `make report` and `make test`. Both set up all they need in .venv on the first call.
PYTHON ?= python3
BIN := .venv/bin
NBVAL := $(BIN)/python -m pytest -p no:cacheprovider --nbval-cell-timeout=300

.PHONY: report test notebooks demo lab benchmark recovery matrix test-long lock clean help

report: .venv/ready  ## run all countries on the demonstration exports and build reports/index.html
	$(BIN)/bwise run

test: .venv/ready  ## everything CI checks: style, unit tests, notebooks, the demonstration run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadfile
	$(BIN)/bwise run
	$(NBVAL) --nbval-lax notebooks
	$(NBVAL) --nbval reports/countries/AT.ipynb reports/countries/RO.ipynb

notebooks: .venv/ready  ## after an intended change of a headline number: store the new outputs in notebooks/
	$(BIN)/bwise run
	$(BIN)/python -m tests.refresh_notebooks

demo: .venv/ready  ## write the demonstration exports again (the same bytes)
	$(BIN)/bwise demo

lab: .venv/ready  ## open JupyterLab
	$(BIN)/jupyter lab notebooks

benchmark: .venv/ready  ## speed, side by side, as ratios
	$(BIN)/python -m tests.benchmarks.matching
	$(BIN)/python -m tests.benchmarks.record

recovery: .venv/ready  ## what is understood without help, file by file
	$(BIN)/python -m tests.benchmarks.recovery

matrix: .venv/ready  ## every tool x language x encoding x heading x answer style (a quarter of an hour)
	$(BIN)/python -m pytest -n 2 -m whole tests/test_matrix.py

test-long: matrix  ## the whole matrix, and every mutation of every delivery: same, asked or refused, never wrong (half an hour)
	$(BIN)/python -m pytest -n 2 -m long

lock:  ## pin all packages with hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group test --group build pyproject.toml -o requirements.lock

clean:  ## remove what can be made again; raw/ and params/ stay
	rm -rf .venv reports/* processed/*
	git checkout -- reports/README.md processed/README.md

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):[^#]*## */\1\t/'

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch .venv/ready
