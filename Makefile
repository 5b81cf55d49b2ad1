# Needs Python ≥ 3.11 and git; all else comes into .venv and web/node_modules, Node too where the
# machine has none that is new enough. `make` alone lists what there is.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
MODULES := web/node_modules/.ready
BUILT := web/dist/.built
# With the folders: a file that is gone changes its folder.
SOURCES := $(shell find web/src web/public -not -name schema.d.ts -not -path web/src/sync/api) \
  $(wildcard web/index.html web/*.ts web/*.cjs) \
  docs/openapi.json $(MODULES)
# uv does not read pip's configuration: where pip was told of another index, tell uv too.
UV := UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}}" $(BIN)/uv pip

.DEFAULT_GOAL := help
.PHONY: help up test lint types bench drill docs lock clean engines engines-down cluster cluster-down engines-table \
  test-parts test-whole test-web web web-dev screenshots browsers

help: ## List these commands
	@grep -E '^[a-z-]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 14

up: $(READY) $(BUILT) ## Start everything with the demo world on http://127.0.0.1:8000
	$(BIN)/squad up --demo

# Two runs side by side: contracts and units mostly wait for engines, the whole product computes.
test: $(READY) ## Run all tests, and check the import rules
	@$(MAKE) --no-print-directory -j2 test-parts test-whole
	$(BIN)/lint-imports --no-logo

test-parts: $(READY)
	@mkdir -p var; $(BIN)/pytest tests/contract tests/unit -n 2 --dist loadfile -p no:cacheprovider \
	  --junitxml=var/parts.xml >var/parts.log 2>&1; code=$$?; cat var/parts.log; exit $$code

test-whole: $(READY)
	$(BIN)/pytest tests/architecture tests/drills tests/journeys -p no:cacheprovider --durations=15

# Lint and types of the web app, its units, and the roles' stories in two browser engines.
test-web: $(READY) $(BUILT) browsers ## Test the web app (STORY=name: only that story)
	cd web && sh ../scripts/node.sh npm run --silent lint
	cd web && sh ../scripts/node.sh npm run --silent test
	cd web/tests/browser && sh ../../../scripts/node.sh npx playwright test $(STORY)

web: $(BUILT) ## Build the web app into web/dist, where its sources changed

web-dev: $(READY) $(MODULES) ## Serve the web app's sources; /api goes to http://127.0.0.1:8000
	cd web && sh ../scripts/node.sh npm run dev

browsers: ## Install the browsers that test the web app (Debian, Ubuntu), where they are missing
	@sh scripts/browsers.sh

screenshots: $(READY) $(BUILT) browsers ## Write docs/img/*.png anew, from the demo world
	@sh scripts/screenshots.sh

lint: $(READY) ## Check style, format and import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo

types: $(READY) ## Check types (mypy --strict)
	$(BIN)/mypy

bench: $(READY) ## Run every benchmark, in short form (SQUAD_BENCH=full: as in docs/performance.md)
	@set -e; export SQUAD_BENCH=$${SQUAD_BENCH:-short}; \
	  for file in bench/[!_]*.py; do echo "== $$file"; $(BIN)/python -m bench.$$(basename $$file .py); done; \
	  echo "== bench/routing/speed.py"; $(BIN)/python -m bench.routing.speed

drill: $(READY) ## Break the running system on purpose and check the invariants
	$(BIN)/squad drill

cluster: $(READY) ## Start the product as in production on http://127.0.0.1:8080 (PORT=N), without Docker
	@$(BIN)/python -m deploy.local cluster up $(if $(PORT),--port $(PORT))

cluster-down: $(READY) ## Stop what `make cluster` started, by process id; the data stays
	@$(BIN)/python -m deploy.local cluster down

engines: $(READY) ## Start PostgreSQL, Redis, OpenSearch and the AWS emulator alone, in var/engines
	@$(BIN)/python -m deploy.local engines up

engines-down: $(READY) ## Stop what `make engines` started
	@$(BIN)/python -m deploy.local engines down

docs: $(READY) ## Write docs/events.md and docs/openapi.json anew
	$(BIN)/python scripts/docs.py

engines-table: $(READY) ## Write docs/engines.md anew, from the last run of the contract suites
	@$(BIN)/python scripts/engines.py

lock: $(READY) ## Resolve pyproject.toml into requirements.lock (UPGRADE=1: newest versions)
	@$(UV) compile -q $(if $(UPGRADE),--upgrade) --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --extra dev \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean: ## Remove .venv, web/node_modules, web/dist and caches; data in var/ stays
	rm -rf web/node_modules web/dist .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp makes a second `make` instant; it is older than the lock when dependencies changed.
$(READY): pyproject.toml requirements.lock scripts/venv.sh
	@PYTHON="$(PYTHON)" sh scripts/venv.sh
	@echo "installing what requirements.lock lists into .venv"
	@$(UV) install -q --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) install -q --python $(BIN)/python --no-deps -e .
	@touch $@

# Packages' install scripts do not run: nothing that we use needs one.
$(MODULES): web/package.json web/package-lock.json scripts/node.sh scripts/node.txt | $(READY)
	@echo "installing what web/package-lock.json lists into web/node_modules"
	@cd web && sh ../scripts/node.sh npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT): $(SOURCES)
	@echo "building the web app into web/dist"
	@cd web && sh ../scripts/node.sh npm run --silent build
	@touch $@
