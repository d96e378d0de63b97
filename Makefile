# What people do here. `make` alone lists it. Needs Python 3.11 or newer and Node.js 20 or newer; the rest is installed.

STAGE ?= dev
AGENT ?= ann
AWS_PORT ?=
PHONES_PORT ?=
TO ?=
MAIL_PORT ?=
CONSOLE_PORT ?=

# The Python that the environment is made with: 3.13, which the functions run on, else the newest that works. Each is
# tried, since a version manager's shims exist also for versions that do not.
PYTHON ?= $(shell for python in python3.13 "$$HOME"/.pyenv/versions/3.13.*/bin/python python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$python" && break; done)

# Installed when the locks change, and built when the sources do: make compares them with these files.
VENV := .venv/installed
NODE := node_modules/installed
CONSOLE_NODE := console/node_modules/installed
BROWSER := .build/browser
CONSOLE := console/dist/index.html
NPM := npm --prefix console run --silent
CDK := node_modules/.bin/cdk --no-notices --app ".venv/bin/python -m infra.app"
export CDK_DISABLE_CLI_TELEMETRY := true
export JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION := 1
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20,21,22,23,24,25
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

UV := .build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header
FAST := tests/unit tests/flows tests/aws tests/functions tests/faults/test_model.py

.DEFAULT_GOAL := help
.PHONY: help install up demo desk travel down reset check lint lint-python lint-console test test-console synth deploy docs bench fuzz model mutations chaos lock

help: ## list what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{ printf "  make %-9s %s\n", $$1, $$2 }'

# Here

up: $(VENV) $(NODE) $(CONSOLE) ## run the whole here: the agents' console, customers' phones, a live feed (CONSOLE_PORT=… PHONES_PORT=… MAIL_PORT=… AWS_PORT=…)
	@.venv/bin/python -m sandbox up $(if $(AWS_PORT),--aws-port $(AWS_PORT)) $(if $(PHONES_PORT),--phones-port $(PHONES_PORT)) $(if $(MAIL_PORT),--mail-port $(MAIL_PORT)) $(if $(CONSOLE_PORT),--console-port $(CONSOLE_PORT)) $(UP)

demo: $(VENV) ## play a morning over every channel, beside make up
	@.venv/bin/python -m sandbox.demo

desk: $(VENV) ## answer as an agent, beside make up (AGENT=ann, ben, cho or dee)
	@.venv/bin/python -m sandbox.desk $(AGENT)

travel: $(VENV) ## be at another time, beside make up (TO=2026-12-24T17:30; without, the present)
	@.venv/bin/python -m sandbox travel $(TO)

down: $(VENV) ## stop a make up that was left running
	@.venv/bin/python -m sandbox down

reset: $(VENV) ## stop it and forget its conversations and users
	@.venv/bin/python -m sandbox reset

# Work

install: $(VENV) $(NODE) $(CONSOLE_NODE) $(BROWSER) ## install the locked dependencies, if they changed

check: lint test-console ## before each commit: format, lint, types, import contracts, fast tests
	.venv/bin/python -m pytest -q -n 2 $(wildcard $(FAST))

test: $(VENV) $(NODE) $(CONSOLE) $(BROWSER) ## before you push: all of it, with the template and the embedded AWS
	@$(MAKE) --no-print-directory --jobs 2 lint test-console
	.venv/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not long"

lint: lint-python lint-console

lint-python: $(VENV)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

lint-console: $(CONSOLE_NODE)
	$(NPM) lint

test-console: $(CONSOLE_NODE)
	$(NPM) test

docs: $(VENV) $(CONSOLE_NODE) ## write what is made from code: pages, and the types that the console knows the API by
	@.venv/bin/python docs/generate.py
	@$(NPM) types >/dev/null

bench: $(VENV) $(NODE) $(CONSOLE) ## measure (BENCH=cost measures only that)
	@for name in $(or $(BENCH),$(patsubst bench/%.py,%,$(shell grep -l __main__ bench/*.py))); do \
		.venv/bin/python -m bench.$$name || [ $$? = 2 ] || exit 1; done  # 2: it lacks something, and said what

fuzz: $(VENV) ## look for mails that break the parser (FUZZ=600 seconds; Linux)
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --target .build/fuzz/atheris "atheris>=3,<4"
	@PYTHONPATH=.build/fuzz/atheris .venv/bin/python -m tests.fuzz.fuzz_mail -max_total_time=$(or $(FUZZ),600)

model: $(VENV) ## play random histories, every promise checked (HISTORIES=2000 SEED=…)
	@.venv/bin/python -m tests.model --histories $(or $(HISTORIES),2000) $(if $(SEED),--seed $(SEED))

mutations: $(VENV) ## break the code in sixteen ways, and see the model find each
	.venv/bin/python -m pytest -q -n 2 -m long tests/faults

chaos: $(VENV) $(NODE) $(CONSOLE) ## break the deployed template for a while, then count what is left (MINUTES=20 SEED=…)
	@.venv/bin/python -m tests.e2e.chaos --minutes $(or $(MINUTES),20) $(if $(SEED),--seed $(SEED))

lock: $(VENV) ## lock what requirements/*.in ask for
	@.venv/bin/python -m venv --clear .build/uv
	@.build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	@$(UV) --output-file requirements/runtime.txt requirements/runtime.in
	@$(UV) --output-file requirements/dev.txt --constraint requirements/runtime.txt requirements/dev.in

# In the cloud

synth: $(VENV) $(NODE) $(CONSOLE) ## write the template (STAGE=dev)
	@$(CDK) synth --quiet --context stage=$(STAGE) && echo "The templates are in .build/cdk.out"

deploy: $(VENV) $(NODE) $(CONSOLE) ## deploy to AWS, with your own credentials (STAGE=dev)
	@if [ "$(STAGE)" = local ]; then echo "the stage local runs on this machine: make up" >&2; exit 1; fi
	@$(CDK) deploy --all --context stage=$(STAGE)

$(VENV): requirements/dev.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is missing: install it, or name one: make PYTHON=/path/to/python3.13" >&2; exit 1; fi
	@$(PYTHON) -m sandbox.install python
	@touch $@

$(NODE): package-lock.json | $(VENV)
	@.venv/bin/python -m sandbox.install node
	@touch $@

$(CONSOLE_NODE): console/package-lock.json | $(VENV)
	@.venv/bin/python -m sandbox.install console
	@touch $@

$(CONSOLE): $(CONSOLE_NODE) $(shell find console/src -type f 2>/dev/null) $(wildcard console/*.html console/*.json console/*.ts)
	@echo "Building the console"
	@$(NPM) build -- --logLevel warn

$(BROWSER): | $(VENV)
	@.venv/bin/python -m sandbox.install browser
	@mkdir -p $(@D) && touch $@
