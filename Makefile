# A fresh clone needs only git, make and Python 3.11 or later. Another interpreter: make PYTHON=python3.13
PYTHON ?= python3
REPLICATES ?= 10000
WORKERS ?= 2
MUTANTS ?= 300
NEXT_PYTHON ?= python3.13
NEXT_TESTS ?= tests

VENV := .venv
BIN := $(VENV)/bin
# Bytecode is kept, whatever the environment says: without it every start takes seconds more.
export PYTHONDONTWRITEBYTECODE :=
NEXT := build/next
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
# The rules are compiled when they are first used (a minute or two): do it now.
COMPILE := $(BIN)/python -c 'import sim; sim.simulate(sim.load("baseline"), 10, 1, 30)'
INSTALLED := $(VENV)/.installed
INSTALLED_FOR_TESTS := $(VENV)/.installed-for-tests
INSTALLED_FOR_CUDA := $(VENV)/.installed-for-cuda
COMPILED := $(VENV)/.compiled

.PHONY: run figures gallery calibration signs studies study sensitivity sensitivity-of-differences frozen docs screens test test-fast test-slow test-next coverage mutants digests lint format bench archive clean
.DEFAULT_GOAL := run

run: $(INSTALLED)
	@$(BIN)/ceasefire replicates=$(REPLICATES)

# The README's two figures: the baseline's survival with all bands, and all scenarios compared.
figures: $(INSTALLED)
	@rm -rf build/figures && mkdir -p build/figures docs/figures
	@$(BIN)/ceasefire replicates=10000 hydra.run.dir=build/figures/cell
	@$(BIN)/ceasefire -m 'scenario=glob(*)' replicates=2000 hydra.sweep.dir=build/figures/sweep
	@$(BIN)/ceasefire parameters=wide replicates=10000 hydra.run.dir=build/figures/wide
	@$(BIN)/ceasefire figure survival build/figures/cell --wide build/figures/wide --out docs/figures --format png
	@cp build/figures/sweep/comparison.png docs/figures/comparison.png

# Every figure, on a slide and at column width, light and dark, and the page of the docs that shows them.
gallery: $(INSTALLED)
	@$(BIN)/python -m sim.plots.gallery

# The documents as a site, in build/site. Open index.html, or serve the folder to have its search too.
docs: $(INSTALLED_FOR_TESTS)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "The site is in build/site"

# The pictures of docs/teaching.md, from a lesson in short with three browsers.
screens: $(INSTALLED_FOR_TESTS)
	@$(BIN)/python tests/classroom_screens.py

# Find the parameters anew (half an hour, can be interrupted) and ship what was found.
calibration: $(INSTALLED)
	@$(BIN)/ceasefire calibrate build/calibration
	@cd build/calibration && cp accepted.csv fit.csv parameters.csv summary.txt calibration.png \
		parameters.png recovery.png trust.png ../../experiments/baseline_calibration/
	@cp build/calibration/best.yaml configs/parameters/best.yaml

# Every scenario's effect by layer of uncertainty: chance, accepted and wide parameters.
signs: $(INSTALLED)
	@rm -rf build/signs
	@$(BIN)/ceasefire -m +experiment=scenario_signs hydra.sweep.dir=build/signs
	@cp build/signs/README.md build/signs/layers.csv build/signs/carriers.csv build/signs/layers.txt \
		build/signs/signs.csv build/signs/comparison.png experiments/scenario_signs/

# A named study with its figures, data and README: make study NAME=spoilers
study: $(INSTALLED)
	@rm -rf build/studies/$(NAME)
	@$(BIN)/ceasefire -m +experiment=$(NAME) hydra.sweep.dir=build/studies/$(NAME)
	@cp build/studies/$(NAME)/README.md build/studies/$(NAME)/*.csv build/studies/$(NAME)/*.png experiments/$(NAME)/

# All named studies that are sweeps.
studies: $(INSTALLED)
	@for file in $$(grep -l study.Study experiments/*/study.yaml); do \
		$(MAKE) --no-print-directory study NAME=$$(basename $$(dirname $$file)) || exit 1; done

# Which assumptions matter (can be interrupted): what was evaluated is kept in build/sensitivity.
sensitivity: $(INSTALLED_FOR_TESTS)
	@$(BIN)/ceasefire sensitivity build/sensitivity engine.workers=$(WORKERS)
	@cp build/sensitivity/README.md build/sensitivity/*.csv build/sensitivity/*.png experiments/sensitivity/

# The same for the difference that a scenario makes: make sensitivity-of-differences SCENARIO=...
SCENARIO ?= verified_guarantees
sensitivity-of-differences: $(INSTALLED_FOR_TESTS)
	@$(BIN)/ceasefire sensitivity build/differences --difference $(SCENARIO) engine.workers=$(WORKERS)
	@cp build/differences/README.md build/differences/*.csv build/differences/*.png experiments/sensitivity_of_differences/

# What follows the record, stated anew: only while nothing later is coded. Commit everything before.
frozen: $(INSTALLED)
	@rm -rf build/frozen
	@$(BIN)/ceasefire freeze build/frozen
	@cp build/frozen/README.md build/frozen/frozen.json build/frozen/*.csv build/frozen/*.png \
		experiments/frozen_2025_11_01/

# Types are checked while the rules are compiled, where they have to be, and the tests run.
test: $(INSTALLED_FOR_TESTS)
	@$(MAKE) --no-print-directory --jobs 2 lint test-fast

test-fast: $(COMPILED)
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile

# pytest answers 5 when it finds no test to run, which is no failure here.
test-slow: $(INSTALLED_FOR_TESTS) $(INSTALLED_FOR_CUDA)
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m slow || [ $$? -eq 5 ]

# The fast tests on the next releases of Hydra and Mesa, which need Python 3.12 or later:
# make test-next NEXT_PYTHON=python3.14 NEXT_TESTS=tests/test_cli.py
test-next:
	@$(NEXT_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))' \
		|| { echo "Python 3.12 or later is needed: make test-next NEXT_PYTHON=/path/to/python3.13" >&2; exit 1; }
	@echo "Installing into $(NEXT), with pre-releases of Hydra and Mesa"
	@$(NEXT_PYTHON) -m venv $(NEXT)
	@$(NEXT)/bin/python -m pip -qq --disable-pip-version-check install -e '.[dev,app,analysis,docs,lessons]'
	@$(NEXT)/bin/python -m pip -qq --disable-pip-version-check install --pre --upgrade hydra-core mesa
	@$(NEXT)/bin/ceasefire --version
	@$(NEXT)/bin/python -m pytest -q -n $(WORKERS) --dist loadfile $(NEXT_TESTS)

# How many branches of the rules and of negotiation their tests take; nothing is compiled here.
coverage: $(INSTALLED_FOR_TESTS)
	@mkdir -p build
	@NUMBA_DISABLE_JIT=1 COVERAGE_FILE=build/coverage $(BIN)/python -m pytest -q -n $(WORKERS) tests/rules \
		tests/negotiation --cov=sim/rules --cov=sim/negotiation --cov-branch \
		--cov-report=term-missing:skip-covered --cov-report=json:build/coverage.json
	@$(BIN)/python -c 'import json, sys; told = json.load(open("build/coverage.json"))["totals"]; \
		share = told["percent_branches_covered"]; \
		print("Branches taken: %.1f %% of %d (95 %% are asked for)" % (share, told["num_branches"])); \
		sys.exit(share < 95)'

# Whether a changed sign, factor, side or condition of a rule is noticed: an hour.
mutants: $(INSTALLED_FOR_TESTS)
	@$(BIN)/python tests/mutants.py sim/rules --tests tests/rules --sample $(MUTANTS) -n $(WORKERS)
	@$(BIN)/python tests/mutants.py sim/negotiation --tests tests/negotiation --sample $(MUTANTS) -n $(WORKERS) --limit 300

# After a rule was changed knowingly: store what every scenario now does (tests/digests.json).
digests: $(INSTALLED_FOR_TESTS)
	@$(BIN)/python tests/digests.py

lint: $(INSTALLED_FOR_TESTS)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Run 'make format'."; exit 1; }
	@$(BIN)/mypy

format: $(INSTALLED_FOR_TESTS)
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

bench: $(INSTALLED_FOR_TESTS)
	@$(BIN)/python -m benchmarks

# One file for a model library: code as committed, the documents of the model, data of the studies.
ARCHIVE := build/archive/ceasefire-sim
archive:
	@rm -rf build/archive && mkdir -p $(ARCHIVE)/code $(ARCHIVE)/docs $(ARCHIVE)/data
	@git archive HEAD | tar -x -C $(ARCHIVE)/code
	@cp docs/ademp.md docs/odd.md docs/parameters.md docs/outputs.md docs/trace.md docs/references.bib $(ARCHIVE)/docs/
	@for file in experiments/*/*.csv; do \
		mkdir -p $(ARCHIVE)/data/$$(dirname $$file) && cp $$file $(ARCHIVE)/data/$$file; done
	@cp -r seeds CITATION.cff codemeta.json LICENSE README.md $(ARCHIVE)/
	@tar -C build/archive -czf build/ceasefire-sim.tar.gz ceasefire-sim
	@echo "build/ceasefire-sim.tar.gz"

# Results (outputs/, multirun/) are never removed.
clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find sim tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing into $(VENV), with the classroom"
	@$(PIP) install -c constraints.txt -e '.[app]'
	@$(COMPILE)
	@touch $@

$(INSTALLED_FOR_TESTS): pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing into $(VENV), with what the tests need"
	@$(PIP) install -c constraints.txt -e '.[dev,app,analysis,slurm,dask,docs,lessons]'
	@touch $@

# A simulator and a compiler, which need no card; without them the tests of engine=cuda are skipped.
$(INSTALLED_FOR_CUDA): $(INSTALLED_FOR_TESTS)
	@$(PIP) install -c constraints.txt -e '.[cuda]' \
		|| echo "Numba-CUDA cannot be had: the tests of engine=cuda that need it are skipped" >&2
	@touch $@

$(COMPILED): $(INSTALLED_FOR_TESTS)
	@$(COMPILE)
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
