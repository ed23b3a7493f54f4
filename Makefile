# Everything one needs in a day. `make help` lists it.
# Needs Python 3.11 or newer and Node 20.19 or newer, nothing else. Configuration: environment or .env, docs/operating.md.

PYTHON ?= python3
PORT ?= 8000
export PORT

VENV := .venv
BIN := $(VENV)/bin
# Wheels of the lock files are checked against their hashes.
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes
FRONTEND_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
# Each file by one process: its tests share what is made once. In the order of tests/conftest.py, the longest first.
IN_PARALLEL := --dist loadfile --no-loadscope-reorder
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet

.DEFAULT_GOAL := help

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- running ---------------------------------------------------------------------------------------------------------
.PHONY: run
run: install build ## Install, build, migrate, load the demo into an empty database, serve on 127.0.0.1:$PORT
	@exec $(BIN)/python -m main.launch

.PHONY: demo
demo: install ## Load the demo competitions (again)
	$(BIN)/python manage.py migrate --no-input
	$(BIN)/python manage.py demo

.PHONY: install
install: $(VENV)/.runtime ## Make the Python environment from the lock file

.PHONY: build
build: frontend/dist/index.html ## Build the web app

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Uzu needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(FRONTEND_SOURCES)
	cd frontend && npm run build
	@touch $@

# --- checking --------------------------------------------------------------------------------------------------------
.PHONY: dev
dev: $(VENV)/.dev ## Make the environment with everything for development

.PHONY: test
test: dev lint test-frontend test-python ## Everything that has to pass, except the browser (SQLite unless DATABASE_URL says otherwise)

# Tests start many processes, each of which would compile the whole project anew.
test-python e2e mutants: export PYTHONDONTWRITEBYTECODE =

.PHONY: test-python
test-python: dev build ## The Python tests; tests that need a server which is not there are skipped, saying so
	$(BIN)/pytest -n 2 $(IN_PARALLEL) --ignore=tests/e2e --ignore=tests/images $(PYTEST_ARGS)

.PHONY: mutants
mutants: dev ## How strong the tests are: wrong changes that no test notices (MUTANTS_ARGS="--help" tells more)
	$(BIN)/python -m tests.mutants $(MUTANTS_ARGS)

.PHONY: test-frontend
test-frontend: build ## Types, style and tests of the web app
	cd frontend && npm run type-check && npm run lint && npm test

.PHONY: e2e
# These wait more than they work.
e2e: dev build ## The real server, driven by a real browser and real command lines
	$(BIN)/pytest -n 3 $(IN_PARALLEL) -m e2e $(PYTEST_ARGS)

.PHONY: images
images: dev ## The image built from docker/Dockerfile and the compose file started; needs root, Podman and Buildah
	$(BIN)/pytest -m images --timeout=2400 tests/images $(PYTEST_ARGS)

.PHONY: lighthouse
lighthouse: dev build tests/e2e/lighthouse/node_modules/.installed ## Lighthouse on the main pages: prints the scores; needs Chromium
	UZU_LIGHTHOUSE_PERFORMANCE=1 $(BIN)/pytest -m e2e -s tests/e2e/test_lighthouse.py $(PYTEST_ARGS)

tests/e2e/lighthouse/node_modules/.installed: tests/e2e/lighthouse/package.json tests/e2e/lighthouse/package-lock.json
	cd tests/e2e/lighthouse && npm ci --no-audit --no-fund
	@touch $@

.PHONY: screenshots
screenshots: dev build ## Take the pictures of docs/images/ anew; needs Chromium
	$(BIN)/python -m tests.e2e.screenshots

.PHONY: lint
lint: dev ## Style, types, directions between the rooms, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: format
format: dev ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: install ## Measure what the README claims
	$(BIN)/python -m benchmarks

# --- generating ------------------------------------------------------------------------------------------------------
.PHONY: schema
schema: install frontend/node_modules/.installed ## Write the OpenAPI description to openapi.json, and the types of the web app from it
	$(BIN)/python manage.py spectacular --format openapi-json --file openapi.json
	cd frontend && npm run gen:api

.PHONY: messages
messages: dev ## Gather the texts to translate (main/locale) and compile them; needs gettext
	$(BIN)/python manage.py messages

.PHONY: lock
lock: dev ## Resolve the dependencies of pyproject.toml anew
	$(LOCK) -o requirements.txt
	$(LOCK) --group dev -o requirements-dev.txt

.PHONY: clean
clean: ## Remove what was installed and built; data in var/ stays
	rm -rf $(VENV) frontend/node_modules frontend/dist tests/e2e/lighthouse/node_modules
