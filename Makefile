# Everything a person or CI runs. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The Lambdas' own Python where it is found, on PATH or under pyenv; else any that is new enough.
PYTHON ?= $(shell .ci/find-python lambdas || command -v python3)
ENGINE ?= process
BIN := .venv/bin
# the emulator and the CDK app both want this tree's packages first
RUN := PYTHONPATH=.:lambdas $(BIN)/python
# Byte-code is kept: without it each worker of the tests, each `landfall` and each synth would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: strategies evaluator test-ui pictures bench sizes help setup layer demo example test test-quick test-oldest wheel install-check test-long properties torture tampering recovery chaos kills redaction e2e-containers local transcript lint synth deploy machine drawing schemas policies hashes sbom advisories fuzz clean bench-cold upgrade cost contract rehearsal check hooks mutants coverage tidy duplicates

help:  ## Show what there is to run
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/.ready  ## Install everything into .venv (Python 3.11.2+; the Lambdas' own where it is found)

.venv/.ready: requirements.txt requirements-dev.txt requirements-tests.txt requirements-lambda.txt requirements-cli.txt sample_service/requirements.txt package-lock.json pyproject.toml
	@.ci/venv .venv $(PYTHON)
	@.ci/install $(BIN)/python -r requirements-dev.txt
	@.ci/install $(BIN)/python --no-deps --editable .
	@.ci/compile & $(BIN)/python -m stacks.node npm ci && $(BIN)/python -m stacks.assets.layer; ended=$$?; wait; exit $$ended
	@touch $@

layer: .venv/.ready  ## Build the Lambdas' dependency layer, if its requirements changed
	@$(BIN)/python -m stacks.assets.layer

check: .venv/.ready  ## What CI runs, with the time of each part: lint, demo, all default tests; chaos, containers and mutants in short
	@.ci/check

hooks: .venv/.ready  ## Have Git run what .pre-commit-config.yaml names before each commit
	@$(BIN)/pre-commit install

demo: layer  ## Six releases on a local AWS, good and bad, with proof (ENGINE=docker: real containers)
	@$(RUN) -m local.demo --engine=$(ENGINE)

example: demo  ## Keep the report of the demo's first rolled-back release in docs/example
	@mkdir -p docs/example && for kind in json md html; do cp build/demo/C.report.$$kind docs/example/report.$$kind; done

test: layer  ## All tests: decisions, steps, state machine, stacks, and end to end on the local AWS
	@PYTHONPATH=.:lambdas .ci/test

test-quick: .venv/.ready  ## In under a minute: decisions, properties with few examples, the state machines' rules, found cases
	@HYPOTHESIS_PROFILE=few $(RUN) -m pytest -n 2 tests/unit tests/statemachine tests/cases

test-oldest: .venv/.ready  ## The decisions' tests, and each step once, on Python 3.11.2, the oldest that is supported, where it is found
	@.ci/test-oldest

wheel: .venv/.ready  ## Build the command's wheel of what Git tracks, into build/wheel
	@.ci/wheel build/wheel && ls build/wheel/*.whl

install-check: .venv/.ready  ## The wheel alone on each Python that is found, 3.11.2 to 3.14: every verb, the workflow's commands (needs an index)
	@$(RUN) -m pytest tests/wheel -m long -v -rs

properties: layer  ## The tests of properties, with 10,000 examples of each instead of 25 (long)
	@HYPOTHESIS_PROFILE=long $(RUN) -m pytest -n 2 tests/unit tests/campaigns/torture tests/campaigns/tampering

torture: layer  ## Over 100 rollouts that fool deployment tools, judged by Landfall and by what people use today
	@$(RUN) -m tests.campaigns.torture

tampering: .venv/.ready  ## Do 3,000 things to a chain of 50 records; all of them are found
	@$(RUN) -m tests.campaigns.tampering

recovery: layer  ## Stop an execution in each of its states in turn; every one is recovered
	@$(RUN) -m pytest tests/e2e/test_recovery.py tests/e2e/test_recovery_in_trouble.py tests/e2e/test_recovery_at_gates.py -m e2e -v

test-ui: layer  ## The pages of `landfall ui` in Debian's Chromium, also on the local AWS while releases land (SHORT=1: not there)
	@$(RUN) -m pytest tests/browser -m "browser$(if $(SHORT), and not long)" -v -rs

pictures: .venv/.ready  ## Draw the pictures of docs/ui.md, in Chromium
	@$(RUN) -m tests.browser.pictures

test-long: layer  ## The tests that the default run leaves out: end to end, every outcome, events, findings, crash loops; CDK's validation
	@$(RUN) -m pytest tests/e2e tests/stacks -m long -v --ignore=tests/e2e/test_recovery.py --ignore=tests/e2e/test_recovery_in_trouble.py --ignore=tests/e2e/test_recovery_at_gates.py

chaos: layer  ## 300 random deployments with random faults; the laws after each (SHORT=1: five; SEED=…, DEPLOYMENTS=…: others; STORM=300: AWS throttles each for so many seconds; STRATEGY=canary: ECS shifts the traffic; GATES=every: migrations and sign-offs)
	@$(RUN) -m tests.campaigns.chaos --deployments $(if $(SHORT),5,$(or $(DEPLOYMENTS),300)) $(if $(SEED),--seed $(SEED)) $(if $(STORM),--storm $(STORM)) $(if $(STRATEGY),--strategy $(STRATEGY)) $(if $(GATES),--gates $(GATES))

strategies: layer  ## Good and bad releases with each strategy on the local AWS, 100 requests a second, Landfall killed at each gate (long; SHORT=1: two releases)
	@$(RUN) -m tests.campaigns.strategies $(if $(SHORT),--short)

kills: layer  ## Kill the process of each step between each of its changes and the answer, on the local AWS
	@$(RUN) -m pytest tests/campaigns/chaos -m long -v

redaction: .venv/.ready  ## How much is leaked, damaged, missed and called wrongly, by corpus (FILES=… for others, VERBOSE=1)
	@$(RUN) -m tests.redaction $(if $(VERBOSE),-v) $(FILES)

e2e-containers: layer  ## The Dockerfile built by Docker or Podman, six releases in real containers (SHORT=1: two)
	@$(RUN) -m pytest $(if $(SHORT),tests/containers/test_releases.py,tests/containers tests/building) -m containers -rs
	@$(if $(SHORT),,$(RUN) -m local.demo --engine=docker)

lint: layer  ## ruff, mypy, the ASL validator, and cfn-lint over the templates
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/python -m stacks.node asl-validator $(foreach machine,$(wildcard statemachine/*.asl.json),--json-path $(machine))
	@$(RUN) -m pytest -n0 tests/stacks/test_lint.py -m long

local: layer  ## A local AWS with Landfall in it, for `landfall … --local`; Ctrl-C ends it
	@$(RUN) -m local.up --engine=$(ENGINE)

transcript: layer  ## Write docs/transcript.md: the command's output, captured from real runs
	@$(RUN) -m local.transcript

synth: layer  ## Synthesise the CDK app into cdk.out (no AWS call)
	@CDK_OUTDIR=cdk.out $(RUN) app.py && echo "written to cdk.out"

deploy: layer  ## Deploy to the AWS account of your credentials (APPROVE=never: without a question; INDEXES=1: docs/deploying.md)
	@$(if $(FIRST),echo "FIRST is not needed any more: every deploy has the same template")
	@$(BIN)/python -m stacks.placeholder
	@$(BIN)/python -m stacks.node cdk deploy --all --import-existing-resources $(if $(APPROVE),--require-approval $(APPROVE)) $(if $(INDEXES),-c ledger_indexes=$(INDEXES))

cost: layer  ## What the app costs by the month while nothing happens (us-east-1), from its templates
	@$(RUN) -m stacks.cost

schemas: .venv/.ready  ## Write docs/schemas: the published shapes of what Landfall leaves for programs
	@$(RUN) -m tools.schemas

policies: layer  ## Record what the steps call in tests/steps; write docs/iam.md and docs/compliance.md
	@$(RUN) -m tests.policy

machine: .venv/.ready  ## Write TimeoutSeconds, Retry and Catch of every Task into the state machines, from statemachine/task_kinds.py
	@$(RUN) -m statemachine.formatter

drawing: .venv/.ready  ## Draw the state machines and the packages into the docs
	@$(RUN) -m statemachine.drawing && $(RUN) -m tools.packages

sizes: .venv/.ready  ## How large modules and functions are: median, 90th percentile, largest
	@$(RUN) -m tools.sizes

hashes: .venv/.ready  ## Write requirements-lambda.lock and requirements-cli.lock: the hashes that the layer and the command are installed by
	@$(BIN)/python -m stacks.assets.requirements_lock

sbom: layer  ## Write build/sbom.json: what the Lambdas are made of (CycloneDX), to be scanned with a tool of your own
	@$(RUN) -m stacks.assets.sbom

advisories: .venv/.ready  ## Ask PyPI whether a known vulnerability is in what the Lambdas are made of (needs the network)
	@$(BIN)/uv tool run --quiet pip-audit==2.10.1 -r requirements-lambda.lock --require-hashes --disable-pip --strict

bench-cold: layer  ## How long each step takes to be ready, as it ships, beside bare boto3 clients (STEPS="SmokeTest Report": these)
	@$(RUN) -m tests.cold $(STEPS)

evaluator: .venv/.ready  ## How often the evaluator of traffic is wrong: 10,000 simulated deployments of each kind; writes build/evaluator.json (long; DEPLOYMENTS=500: fewer)
	@$(RUN) -m tests.campaigns.evaluator --deployments $(or $(DEPLOYMENTS),10000)

bench: layer  ## What Landfall costs and how it scales: calls, fleets under quotas, reads (PARTS="rollouts seeds": these); writes build/bench.json
	@$(RUN) -m bench $(PARTS) 2>&1 >/dev/null

upgrade: layer  ## Upgrade Landfall in mid-wait and in mid-rollback, on the local AWS
	@$(RUN) -m pytest tests/e2e/test_upgrade.py -m long -v

fuzz: layer  ## Strange inputs of every kind: answered, or refused by a named error
	@$(RUN) -m tests.campaigns.fuzz

contract: layer  ## Contracts with AWS: the machines on its JSONata, adapters under all its errors, requests within its limits
	@$(RUN) -m pytest tests/contract -m "long or not long" -v

rehearsal: layer  ## An hour on AWS, its replies kept for tests/contract: on a local AWS (DRY=1: print it; REAL=1: your account)
	@$(RUN) -m tests.contract.rehearsal $(if $(DRY),--dry) $(if $(REAL),--real)

build/checks/.ready: requirements-checks.txt .venv/.ready
	@.ci/install $(BIN)/python --no-deps --upgrade --target build/checks -r $<
	@touch $@

mutants: layer build/checks/.ready  ## Change the judging modules a little, in each place: does a unit test notice? (MODULES="proof/stops.py …"; SHORT=1: some of what changed, for 50 s of CPU)
	@$(RUN) -m tests.campaigns.mutants $(if $(SHORT),--short) $(MODULES)

coverage: layer build/checks/.ready  ## What of the pure core no unit test reaches, by branches; fails where a gap has no reason (long)
	@PYTHONPATH=.:lambdas:build/checks $(BIN)/python -m tools.coverage

tidy: layer build/checks/.ready  ## Find code that nothing uses; fails where it has no reason in tools/unused.toml
	@PYTHONPATH=.:lambdas:build/checks $(BIN)/python -m tools.unused

duplicates: layer build/checks/.ready  ## Find six lines or more that are written twice (long)
	@PYTHONPATH=.:lambdas:build/checks $(BIN)/python -m pylint --disable=all --enable=duplicate-code --min-similarity-lines=6 --ignore-imports=y --ignore-signatures=y lambdas cli stacks local

clean:  ## Remove what was built (not .venv)
	@rm -rf build cdk.out
