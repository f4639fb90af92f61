# The two commands: `make demo` and `make test`. Everything they need they install:
# Python packages into .venv, the browser client into the demo's node_modules, and
# (as root, on Debian) missing system packages.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := services/vezta_stream/demo
STAMPS := .make
NODE_MODULES := $(PAGE)/node_modules/.package-lock.json

.PHONY: demo test check fmt bench lock clean

demo: $(STAMPS)/python $(NODE_MODULES)
	@$(BIN)/vezta-stream demo $(ARGS)

test: $(STAMPS)/python $(NODE_MODULES) $(STAMPS)/chromium $(STAMPS)/redis
	@$(MAKE) --no-print-directory $(STAMPS)/kafka || echo "no Kafka: its tests will not run" >&2
	PATH="$(CURDIR)/$(BIN):$$PATH" tests/run

check: $(STAMPS)/python
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(STAMPS)/python
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMPS)/python $(STAMPS)/redis
	$(BIN)/python loadtest/bench/ingestor.py
	$(BIN)/python loadtest/bench/bus.py

# Pins every package with its hash, without addresses; needs uv.
lock:
	uv pip compile --quiet --generate-hashes --no-emit-index-url --universal \
	    --python-version 3.11 --extra dev --no-header pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(STAMPS) $(PAGE)/node_modules

$(STAMPS)/python: requirements.lock pyproject.toml
	@mkdir -p $(STAMPS)
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || scripts/install-debian python3-venv
	test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(NODE_MODULES): $(PAGE)/package-lock.json
	@command -v npm >/dev/null || scripts/install-debian nodejs npm
	cd $(PAGE) && npm ci --loglevel error --no-audit --no-fund --cache "$(CURDIR)/$(STAMPS)/npm"
	@touch $@

$(STAMPS)/chromium:
	@mkdir -p $(STAMPS)
	@test -n "$$CHROMIUM" || command -v chromium >/dev/null || scripts/install-debian chromium
	@touch $@

$(STAMPS)/redis:
	@mkdir -p $(STAMPS)
	@test -n "$$VEZTA_TEST_REDIS" || command -v redis-server >/dev/null || scripts/install-debian redis-server
	@touch $@

# The jars of the broker that tests start. Without them its tests say that they did not run.
$(STAMPS)/kafka: tests/kafka/pom.xml
	@mkdir -p $(STAMPS)
	@test -n "$$VEZTA_TEST_KAFKA" || command -v java >/dev/null || scripts/install-debian default-jre-headless
	@test -n "$$VEZTA_TEST_KAFKA" || command -v mvn >/dev/null || scripts/install-debian maven
	rm -rf $@ $@.new
	test -n "$$VEZTA_TEST_KAFKA" || mvn --quiet --batch-mode -f tests/kafka/pom.xml \
	    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=$(CURDIR)/$@.new
	test -n "$$VEZTA_TEST_KAFKA" || mv $@.new $@
