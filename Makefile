# Everything SPINE needs, from a bare machine with Python 3.10+, make and a package index.
# Each target sets .venv up by itself, the first time and again when the lock file changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
POETRY_HOME := .poetry
POETRY_VERSION := 2.5.1
POETRY_EXPORT_VERSION := 1.10.1

IMAGE ?= spine
PYTHON_VERSION ?= 3.13
# Many tests wait for processes and sockets: more workers than the usual two processors. Tests of a file share its servers and browser.
PYTEST_ARGS ?= -n 4 --dist loadfile
CHECKED := src tests $(wildcard benchmarks deploy)
PROVE = $(BIN)/python -m pytest -m proof -p no:randomly
PYTHON2 ?= python2.7

DASHBOARD := src/spine/dashboard/dist/index.html
# Folders as well, whose time changes when a file goes.
DASHBOARD_SOURCES := $(shell find web/src web/public) web/index.html web/vite.config.ts web/tsconfig.json
# The Node.js of `make node` goes before the machine's own.
export PATH := $(CURDIR)/build/node:$(PATH)
# What Vite asks for; empty when it is all there. Asked only by the targets that want to know.
NODE_MISSING = $(shell PATH="$(PATH)"; node -e 'const [major, minor] = process.versions.node.split(".").map(Number); \
  process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null \
  && command -v npm >/dev/null || echo "Node.js (20.19, 22.12 or later) with npm, see make node,")

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help docs docs-figures web-data setup run node dashboard screenshot test test-slow check check-web test-web format bench prove-crash prove-disk prove-simulation prove-soak prove-fuzz prove-network prove-dashboard autobahn image image-test sbom audit clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.project ## make .venv from the committed lock: the spine command, all extras, all tools

run: setup ## serve the demo world on port 8000, running, at 60 times real time; the page at / when Node.js is there
	@$(if $(NODE_MISSING),echo "make: $(NODE_MISSING) not found: $(STALE_DASHBOARD)", \
	  $(MAKE) --no-print-directory dashboard || echo "make: the dashboard could not be built (see above): $(STALE_DASHBOARD)")
	SPINE_SCENARIO=$${SPINE_SCENARIO:-demo} SPINE_AUTOSTART=$${SPINE_AUTOSTART:-true} SPINE_SPEED=$${SPINE_SPEED:-60} $(BIN)/spine serve

node: $(VENV)/.group-node ## bring Node.js to a machine that has none, or an old one, from the Python package index
	@mkdir -p build/node
	@ln -sf $(CURDIR)/$(BIN)/node $(CURDIR)/$(BIN)/npm $(CURDIR)/$(BIN)/npx build/node

dashboard: $(DASHBOARD) ## build the page served at / from web/ (needs Node.js and npm)

$(DASHBOARD): web/node_modules/.installed $(DASHBOARD_SOURCES)
	cd web && npm run --silent build -- --logLevel warn
	@touch $@

web/node_modules/.installed: web/package-lock.json
	@$(if $(NODE_MISSING),echo "make: the dashboard is built with $(NODE_MISSING) which is not there" >&2; exit 1)
	cd web && npm ci --no-progress --loglevel error
	@touch $@

# Without Node.js: a page built earlier, or one that came with the sources, is served as it is.
STALE_DASHBOARD = $(if $(wildcard $(DASHBOARD)),the dashboard is served as it was built before,the server runs without the dashboard)

test: setup ## run all tests but the slow ones, the proofs and those that need a container engine
	@$(if $(NODE_MISSING),echo "make: $(NODE_MISSING) not found: $(STALE_DASHBOARD)",$(MAKE) --no-print-directory dashboard test-web)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-slow: setup ## run the tests that take many seconds each
	$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

check: setup ## lint, format, types, import direction, dependencies
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	@$(if $(NODE_MISSING),echo "make: $(NODE_MISSING) not found: web/ is not checked",$(MAKE) --no-print-directory check-web)

check-web: web/node_modules/.installed
	cd web && npm run --silent check

test-web: web/node_modules/.installed
	cd web && npm run --silent test

screenshot: setup dashboard ## take the README's picture of the dashboard anew (needs Chromium)
	$(BIN)/python -m pytest -m picture tests/e2e/test_readme_picture.py

web-data: setup ## write what the page knows of the server anew: web/src/generated/
	$(BIN)/python web/generate.py > web/src/generated/server.ts

docs-figures: setup ## write docs/figures.md anew from the catalogue of figures
	$(BIN)/python -m spine.catalogue > docs/figures.md

docs: setup $(VENV)/.group-docs ## make the documentation a site in build/docs; a warning or a broken link is an error
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --fresh-env docs build/docs

format: setup ## let ruff format and fix what it can
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)

bench: setup ## measure the figures of docs/benchmarks.md and print the table
	$(BIN)/python -m benchmarks

# How much a proof does is a variable, of the environment or after make: `make prove-crash KILLS=50` (docs/reliability.md).
prove-crash: setup ## kill a server 500 times (KILLS=...), look for what it had acknowledged; a quarter of an hour
	$(PROVE) tests/proofs/test_crash.py

prove-disk: setup ## let a server's disk fail 500 times (FAULTS=...), look for what it had acknowledged; half an hour
	$(PROVE) tests/proofs/test_disk.py

prove-simulation: setup ## simulate 10 000 seeds (SEEDS=...) of clients, crashes and disk faults; a quarter of an hour
	$(PROVE) tests/proofs/test_simulation.py

prove-soak: setup ## let a server live through 8 simulated weeks (WEEKS=...) of coming and going; half an hour
	$(PROVE) tests/proofs/test_soak.py

prove-dashboard: setup dashboard ## watch the page for ten minutes (MINUTES=...) with 1 000 trucks, for one with 100 000; a quarter of an hour
	$(PROVE) tests/proofs/test_dashboard.py

prove-fuzz: setup ## send a million changed messages (MESSAGES=...), read 100 000 damaged files (FILES=...); an hour
	$(PROVE) tests/proofs/test_fuzz_socket.py tests/proofs/test_fuzz_files.py

prove-network: setup ## bring 500 clients on bad networks of every kind (CLIENTS=...), pull a cable (as root); ten minutes
	$(PROVE) tests/proofs/test_network.py

autobahn: build/autobahn/.installed ## run the Autobahn WebSocket suite against the server's connections (needs Python 2.7: PYTHON2=...)
	WSTEST=build/autobahn/bin/wstest $(PROVE) tests/proofs/test_autobahn.py

# The suite is Python 2.7; this is the last virtualenv that still makes such environments.
build/autobahn/.installed: | setup
	@$(PYTHON2) --version 2>&1 | grep -q 'Python 2\.7' || \
	  { echo "make: the Autobahn suite needs Python 2.7; name one with PYTHON2=..." >&2; exit 1; }
	$(BIN)/python -m venv --clear build/virtualenv
	build/virtualenv/bin/python -m pip install --quiet --disable-pip-version-check virtualenv==20.15.1
	build/virtualenv/bin/virtualenv --quiet --python "$$(command -v $(PYTHON2))" build/autobahn
	build/autobahn/bin/python -m pip install --quiet --disable-pip-version-check autobahntestsuite==25.10.1
	@touch $@

image: ## build the container image as spine:latest (needs BuildKit)
	docker buildx build --load --tag $(IMAGE) \
	  --build-arg PYTHON_VERSION=$(PYTHON_VERSION) \
	  --build-arg VERSION=$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) \
	  --build-arg REVISION=$(shell git rev-parse HEAD 2>/dev/null || echo unknown) \
	  --build-arg SOURCE_DATE_EPOCH=$(shell git log -1 --format=%ct 2>/dev/null || echo 0) \
	  .

image-test: setup $(VENV)/.group-container $(VENV)/.group-audit ## build the image for two Python versions and try all of it with a real engine
	$(BIN)/python -m pytest -m container -p no:randomly tests/container

sbom: ## write the image's bill of materials (CycloneDX), which is also in the image: build/sbom.cdx.json (needs BuildKit)
	docker buildx build --target sbom --output build --build-arg PYTHON_VERSION=$(PYTHON_VERSION) .

audit: build/requirements.txt $(VENV)/.group-audit node ## look what is shipped up in the advisory databases (needs the internet)
	@status=0; \
	  $(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement $< || status=1; \
	  (cd web && npm audit --omit dev) || status=1; \
	  [ $$status = 0 ] || echo "make: there are advisories, or the databases of pypi.org and npm could not be asked (see above)" >&2; \
	  exit $$status

build/requirements.txt: poetry.lock | $(POETRY_HOME)/.installed-$(POETRY_VERSION)
	@mkdir -p build
	$(POETRY_HOME)/bin/poetry export --output $@

# The private Poetry only turns the lock file into a list with hashes: that works with every kind of package index.
$(POETRY_HOME)/.installed-$(POETRY_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "make: SPINE needs Python 3.10 or later; name one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(POETRY_HOME) || \
	  { echo "make: $(PYTHON) cannot make virtual environments (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	$(POETRY_HOME)/bin/python -m pip install --quiet --disable-pip-version-check \
	  poetry==$(POETRY_VERSION) poetry-plugin-export==$(POETRY_EXPORT_VERSION)
	@touch $@

$(VENV)/.dependencies: poetry.lock | $(POETRY_HOME)/.installed-$(POETRY_VERSION)
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(POETRY_HOME)/bin/poetry export --all-extras --with dev,test --output $(VENV)/requirements.txt
	$(INSTALL) --require-hashes -r $(VENV)/requirements.txt
	@touch $@

$(VENV)/.project: $(VENV)/.dependencies pyproject.toml
	$(INSTALL) --editable .
	@touch $@

# Groups that only some targets need.
$(VENV)/.group-%: $(VENV)/.dependencies
	$(POETRY_HOME)/bin/poetry export --only $* --output $(VENV)/requirements-$*.txt
	$(INSTALL) --require-hashes -r $(VENV)/requirements-$*.txt
	@touch $@

clean: ## remove what make made
	rm -rf $(VENV) $(POETRY_HOME) build dist web/node_modules src/spine/dashboard/dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
