# make demo    explains one flow through the dump of a Docker host
# make test    runs the tests                    make check   all that must hold before a change is taken
# make format  formats the code                  make bench   every figure that the README claims
# make lock    takes the newest versions         make docs    writes the commands' output into the documents
# make fuzz    asks the kernel about N drawn packets (root)      make mutants  makes mistakes that it must object to
# make clean   removes what was made here
# PYTHON=python3.12 chooses the interpreter; JOBS=4 how many tests run at once.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check install

.PHONY: demo test check format docs bench fuzz mutants lock clean

demo: .venv/run
	@$(BIN)/iptsim explain fixtures/seed/docker-after-install.txt --src 172.17.0.2 --dport 80

test: .venv/dev
	$(BIN)/pytest -q -n $(JOBS)

check: .venv/dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n $(JOBS)

format: .venv/dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: .venv/dev
	IPTSIM_DOCS=write $(BIN)/pytest -q tests/test_docs.py

bench: .venv/dev
	@set -e; for file in benchmarks/[a-z]*.py; do $(BIN)/python -m benchmarks.$$(basename $$file .py); done

N ?= 20000
fuzz: .venv/dev
	$(BIN)/python -m tests.kernel.campaign $(N)

mutants: .venv/dev
	$(BIN)/python -m tests.kernel.mutants

lock: .venv/dev
	$(PIP) --upgrade --upgrade-strategy eager --editable '.[dev]'
	{ sed '/^[^#]/d' requirements.lock; $(BIN)/pip freeze --exclude-editable; } > .venv/lock
	cp .venv/lock requirements.lock

clean:
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What iptsim needs to run, and then what its development needs.
.venv/run: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("iptsim needs Python 3.11 or later: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(PIP) --constraint requirements.lock --editable .
	@touch $@

.venv/dev: .venv/run
	$(PIP) --requirement requirements.lock
	@touch $@
