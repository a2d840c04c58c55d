# Two commands matter: `make report` and `make test`. Both set up all they need in .venv on the first call.
PYTHON ?= python3
BIN := .venv/bin
NBVAL := $(BIN)/python -m pytest -p no:cacheprovider --nbval-cell-timeout=300

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: report test test-long notebooks demo lab benchmark recovery lock clean help

report: .venv/ready  ## run all countries on the demonstration exports and build reports/index.html
	$(BIN)/bwise run

test: .venv/ready  ## everything CI checks: style, unit tests, notebooks, the demonstration run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bwise run
	$(BIN)/bwise verify AT BE
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	$(NBVAL) --nbval-lax notebooks
	$(NBVAL) --nbval processed/AT/country.ipynb processed/RO/country.ipynb

test-long: .venv/ready  ## what `make test` samples, as a whole: every tool x language x encoding, every mutation of every delivery, wheels for every Python (half an hour)
	$(BIN)/python -m pytest -n 2 -m long

notebooks: .venv/ready  ## after an intended change of a headline number: store the new outputs in notebooks/
	$(BIN)/bwise run
	$(BIN)/python -m tests.refresh_notebooks

demo: .venv/ready  ## write the demonstration exports again (the same bytes)
	$(BIN)/bwise demo

lab: .venv/ready  ## open JupyterLab with a copy of the country notebook in work/: the project's own stays as it is
	$(BIN)/bwise lab

benchmark: .venv/ready  ## speed and memory, side by side, as ratios, also into README.md (an hour)
	$(BIN)/uv pip install --quiet --group benchmark
	$(BIN)/python -m tests.benchmarks

recovery: .venv/ready  ## what is understood without help, file by file
	$(BIN)/python -m tests.benchmarks.recovery

lock: .venv/ready  ## pin all packages with hashes, for Python 3.11 and later
	$(LOCK) --group test --group build pyproject.toml -o requirements.lock
	echo uv | $(LOCK) --no-annotate - -o requirements-uv.lock

clean:  ## remove what can be made again; raw/ and params/ stay
	rm -rf .venv reports/* processed/*
	git checkout -- reports/README.md processed/README.md

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):[^#]*## */\1\t/'

.venv/ready: install.py requirements-uv.lock requirements.lock pyproject.toml
	@$(PYTHON) install.py
