# What people and CI type. Each target sets up what it needs from a fresh clone with Python 3.11+, venv and make.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench format migrations messages lock

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: .venv/runs ## Start the console with demo data on http://127.0.0.1:8000 (PORT=9000 for another door); Ctrl-C stops all
	$(BIN)/python manage.py up --demo

test: .venv/develops ## Run the whole suite, on SQLite and on PostgreSQL (DATABASE_URL, else one from a wheel), and in Chromium
	$(BIN)/python -W ignore:XDG_RUNTIME_DIR -m tests.run

check: .venv/develops ## All that CI runs: lint, types, imports, migrations, deployment settings, then the tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --check --quiet .
	$(BIN)/python .ci/messages.py check
	$(BIN)/python .ci/manage_deployed.py makemigrations --check --dry-run
	$(BIN)/python .ci/manage_deployed.py check --deploy --fail-level WARNING
	@! grep -nE '://|--(extra-)?index-url|--find-links' requirements.txt requirements-dev.txt \
		|| { echo 'The lock names an index or an address: run "make lock".' >&2; exit 1; }
	@$(MAKE) --no-print-directory test

bench: .venv/develops ## Measure webhooks in and webhook calls applied, each beside its baseline
	$(BIN)/python -W ignore:XDG_RUNTIME_DIR -m tests.bench

pictures: .venv/develops ## Take the pictures of README and docs anew: a demo in Chromium
	$(BIN)/python -m tests.browser.pictures

format: .venv/develops ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	@$(BIN)/djlint --reformat --quiet . || $(BIN)/djlint --check --quiet .

migrations: .venv/develops ## Write the migrations that the models ask for
	$(BIN)/python manage.py makemigrations

messages: .venv/develops ## Collect the console's words into config/locale, and compile the translations
	$(BIN)/python .ci/messages.py update
	$(BIN)/python .ci/messages.py compile

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" pyproject.toml

lock: .venv/develops ## Lock pyproject.toml's dependencies again (remove both requirements files first for the newest of all)
	$(BIN)/$(LOCK) --output-file requirements.txt
	$(BIN)/$(LOCK) --output-file requirements-dev.txt --extra dev --constraint requirements.txt

# What the virtual environment holds is told by three marks in it; a newer lock makes them stale.

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Heliograph needs Python 3.11 or newer, and "$(PYTHON)" is not. Name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo '"$(PYTHON)" comes without venv. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/runs: requirements.txt .venv/made
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/develops: requirements-dev.txt .venv/made
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
