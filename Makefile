.PHONY: run test check bench screenshots lock

PYTHON ?= python3
INSIDE := .venv/bin/python
COMPILE := .venv/bin/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --quiet

run: ## open the cockpit on the simulated exchange
	$(PYTHON) -m omega_tui

test: ## run the tests
	$(PYTHON) -m tests

check: ## everything a change has to pass
	.ci/run

bench: ## print the table of speed and memory
	$(PYTHON) -m bench

screenshots: ## draw the pictures of the README anew
	$(PYTHON) -m screenshots.draw

lock: ## pin the newest versions that pyproject.toml allows
	$(INSIDE) -m pip install --quiet uv
	$(COMPILE) --upgrade --output-file requirements.lock
	$(COMPILE) --upgrade --extra api --extra dev --constraint requirements.lock --output-file requirements-dev.lock
