# `make run` serves the app and `make test` tests it; both install what they need into .venv.

SHELL := /bin/sh
BIN := .venv/bin
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
TABLE ?=
TRAIN_OPTIONS ?=

.DEFAULT_GOAL := help
.PHONY: help run real test check lint format docs bench screenshots soak train pin audit sbom release-check container-check clean \
	python serving \
	whole developing

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1@/' | tr @ '\t'

run: serving ## serve the app at http://127.0.0.1:8050 (PORT=... sets another port)
	@exec $(BIN)/python -m server

real: serving ## fetch real galaxies, once, and serve them (BASE_URL=... fetches from a mirror)
	@$(BIN)/python cli.py catalogue fetch published $(if $(BASE_URL),--base-url $(BASE_URL))
	@exec $(BIN)/python -m server

test: developing ## run every test, including those in a browser
	@$(BIN)/python scripts/run_tests.py

check: developing ## run the fast tests
	@$(BIN)/python -m pytest -m "not browser and not slow and not soak" --numprocesses auto --maxprocesses 4 --dist loadfile

lint: developing ## check style, types, imports, docstrings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/check_docstrings.py model data analysis archives research storage
	@scripts/browser_checks.sh
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/python -m pytest tests/contract/test_repository.py

format: developing ## rewrite the code in the common style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: developing ## measure speed, bytes and memory
	@$(BIN)/python -m benchmarks.bench
	@$(BIN)/python -m benchmarks.boot

screenshots: developing ## take the screenshots of the documents again
	@$(BIN)/python -m benchmarks.screenshots

docs: developing ## build the documents into build/site: notebooks executed, links checked
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "Wrote build/site. Its search needs a server: python3 -m http.server --directory build/site"

soak: developing ## load and fuzz the app for many minutes
	@scripts/debian.sh redis-server redis-server || true
	@$(BIN)/python -m pytest -m soak

train: whole ## make weights, map, densities, mock, evaluation and self-test from a table: make train TABLE=galaxies.parquet
	@test -f "$(TABLE)" || { echo "Name the table of real galaxies: make train TABLE=galaxies.parquet" >&2; exit 2; }
	@$(BIN)/python cli.py train $(TABLE) --out model/storage/weights --with-distribution --noise-free $(TRAIN_OPTIONS)
	@$(BIN)/python cli.py catalogue fit-map $(TABLE)
	@$(BIN)/python cli.py catalogue fit-domain $(TABLE)
	@$(BIN)/python -m server.process.selftest
	@$(BIN)/python cli.py catalogue fit-cells $(TABLE)
	@$(BIN)/python cli.py catalogue fit-density $(TABLE)
	@$(BIN)/python cli.py catalogue mock data/files/mock.parquet
	@$(BIN)/python cli.py catalogue rank data/files/mock.parquet
	@$(BIN)/python cli.py evaluate $(TABLE) --against published,retrained,prototype,knn,lwlr --draws 64 \
		--missing 0 --missing 11 --missing 0 11 --commit

pin: developing ## write the requirements files from the installed packages
	@$(BIN)/python scripts/pin.py

audit: developing ## check the served packages against the database of known vulnerabilities
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements-serve.lock || { \
		echo "The audit failed or found vulnerabilities: see above. If the index offers no vulnerability data, nothing was checked." >&2; \
		exit 1; }

sbom: developing ## write dist/sbom.json, a CycloneDX bill of materials of the served packages
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements-serve.lock --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-file dist/sbom.json
	@echo "Wrote dist/sbom.json."

release-check: developing ## build wheel and sdist, try them in new environments, compare oldest and newest packages
	@$(BIN)/python scripts/release_check.py

container-check: developing ## try the Dockerfile without a container engine (Debian, root)
	@scripts/debian.sh debootstrap debootstrap
	@$(BIN)/python -m scripts.container_check

clean: ## delete the environment and all generated files
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

serving: python
	@$(PYTHON) scripts/environment.py requirements-serve.txt

whole: python
	@$(PYTHON) scripts/environment.py requirements.txt

developing: python
	@$(PYTHON) scripts/environment.py requirements-dev.txt

python:
	@test -n "$(PYTHON)" || { echo "Galactic Neon needs Python 3.11 or newer; none was found." >&2; exit 1; }
