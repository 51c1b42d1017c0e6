.PHONY: run test check judges bench screenshots lock

PYTHON ?= python3
INSIDE := .venv/bin/python
LOCK := .venv/bin/uv pip compile --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --upgrade
COMPILE := $(LOCK) pyproject.toml --group build --extra api
JUDGES := tests/interop/clients

run: ## open the cockpit on the simulated exchange
	$(PYTHON) -m omega_tui

test: ## run the tests
	$(PYTHON) -m tests

check: ## everything a change has to pass
	.ci/run

judges: ## ask independent clients of the simulator and renew their table in docs/sim.md
	$(INSIDE) -m tests.interop.table

bench: ## print the table of speed and memory
	$(PYTHON) -m bench

screenshots: ## draw the pictures of the README anew
	$(PYTHON) -m screenshots.draw

lock: ## pin the newest versions that pyproject.toml and the judges' lists allow
	$(INSIDE) -m pip install --quiet uv
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	for list in $(JUDGES)/*/requirements.in; do $(LOCK) $$list --output-file $${list%.in}.lock; done
	cd $(JUDGES)/bitget-api && npm update --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
