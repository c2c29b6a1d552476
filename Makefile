# Each target does all its set-up by itself: `make demo` and `make test` are all that a newcomer needs.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/stamp
JOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n > 4 ? 4 : n)))

.PHONY: help audit sbom setup demo test check docs bench bench-classify bench-crawl bench-review bench-storage bench-growth bench-workers test-servers test-servers-full faults faults-nightly soak lock clean
help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 20

setup: $(STAMP) ## packages of the system, virtual environment, locked dependencies, a browser

$(STAMP): requirements-dev.lock pyproject.toml scripts/setup.sh
	PYTHON=$(PYTHON) bash scripts/setup.sh
	@touch $@

demo: setup ## the main job on a simulated social network, without the internet
	$(BIN)/tilik demo

test: setup ## all tests (PostgreSQL and LibreOffice where they are installed)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: setup ## format, lint, types, layers, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

bench: setup ## benchmarks beside their peers
	$(BIN)/python -m benchmarks

bench-crawl: setup .peers/stamp ## the crawl beside crawlee, scrapy-playwright, plain Playwright and a page that drives itself
	$(BIN)/python -m benchmarks.crawl $(BENCH)

bench-classify: setup ## texts a second beside a plain pipeline and a keyword expression (TEXTS=1000000 for a million)
	$(BIN)/python -m benchmarks.classify

bench-review: setup ## the review page with a million matches (MATCHES=100000 for fewer)
	$(BIN)/python -m benchmarks review

bench-storage: setup ## rows a second, bytes and queries up to 5 million acts, and an upgrade (ROWS=100000 DATABASES=sqlite)
	ROWS=$(or $(ROWS),5000000) $(BIN)/python -m benchmarks storage

bench-growth: setup ## the memory of a crawl of 1,000 accounts
	$(BIN)/python -m benchmarks.crawl --growth --accounts 1000

bench-workers: setup ## visits a second with 1, 2 and 4 workers on one PostgreSQL (BENCH="--visits 600")
	$(BIN)/python -m benchmarks.workers $(BENCH)

audit: .supply/stamp ## known weaknesses of the locked packages (says so loudly where nobody can be asked)
	.supply/bin/python -m scripts.audit

sbom: .supply/stamp ## dist/tilik.cdx.json: every locked package with its hashes, in CycloneDX
	mkdir -p dist
	.supply/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o dist/tilik.cdx.json requirements.lock

.supply/stamp: requirements-supply.lock
	[ -x .supply/bin/python ] || $(PYTHON) -m venv .supply
	.supply/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-supply.lock
	@touch $@

.peers/stamp: benchmarks/requirements-peers.lock
	[ -x .peers/bin/python ] || $(PYTHON) -m venv .peers
	.peers/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r benchmarks/requirements-peers.lock
	@touch $@

test-servers: setup ## crawl the reference servers of AT Protocol and mastodon-mock, with faults before them
	bash tests/servers/install.sh
	TILIK_SERVERS=required $(BIN)/python -m pytest -m "servers and not full" tests/servers

test-servers-full: setup ## all of that, every fault, an AppView and a Misago forum: half an hour
	bash tests/servers/install.sh --full
	TILIK_SERVERS=required $(BIN)/python -m pytest -m servers tests/servers

faults: setup ## every fault of docs/en/reliability.md, row by row: kills, full disks, damage (10 minutes)
	$(BIN)/python -m tests.faults

faults-nightly: setup ## the same, and everything is killed 200 times: an hour
	$(BIN)/python -m tests.faults --nightly

soak: setup ## a schedule at work with a fault every 50 requests (MINUTES=10, or HOURS=24)
	@mkdir -p dist
	$(BIN)/python -m tests.faults.soak --report dist/soak.json --minutes $(if $(HOURS),$$(($(HOURS) * 60)),$(or $(MINUTES),10))

docs: setup ## write the pages that come from the code, in both languages
	for page in cli settings errors database platforms reliability; do $(BIN)/python -m scripts.$${page}_page || exit 1; done

lock: ## pin the dependencies anew (needs uv)
	bash scripts/lock.sh

clean: ## remove what the other targets made
	rm -rf .venv .peers .supply .servers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
