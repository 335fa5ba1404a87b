# `make demo` and `make test` each do all the set-up: system packages, virtual environment, exact versions.
# A second run finds the set-up done. Choices: make demo PYTHON=/usr/bin/python3.12 VENV=/tmp/venv PIP_FLAGS="..." PYTEST="-k jobs"

SHELL := /bin/sh
PYTHON ?=
VENV ?= .venv
PIP_FLAGS ?=
PYTEST ?=
BENCH ?=
TEST_JOBS ?= 2

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet $(PIP_FLAGS) -c constraints.txt
GROUND := pyproject.toml constraints.txt packaging/system_packages.sh

.PHONY: help demo test lint bench translations constraints clean

help:
	@echo "make demo         cover a real picture and a real clip, open the window where there is a display"
	@echo "make test         style, types, layers, tests"
	@echo "make lint         style, types, layers"
	@echo "make bench        speed and memory beside other programs (takes minutes; BENCH=--help)"
	@echo "make translations refresh Qt Linguist's files with the texts that there are, compile what is translated"
	@echo "make constraints  renew constraints.txt from what the package index has now"
	@echo "make clean        remove the virtual environment and what tools left behind"

demo: $(VENV)/.ready
	@$(BIN)/python packaging/demo/demo.py

# The window's tests come by themselves, one after another: they look at how long its event loop rests.
test: lint
	$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile --no-loadscope-reorder tests/e2e tests/unit $(PYTEST) || [ $$? -eq 5 ]
	$(BIN)/python -m pytest tests/ui $(PYTEST) || [ $$? -eq 5 ]

lint: $(VENV)/.ready-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-dev
	$(BIN)/python tests/benchmarks/blur_speed.py $(BENCH)

$(VENV)/.ready: $(GROUND)
	@python=$$(PYTHON='$(PYTHON)' sh packaging/system_packages.sh) && "$$python" -m venv "$(VENV)"
	@echo "Installing PyroBlur into $(VENV) (once; about 1 GB)"
	@$(PIP) -e .
	@touch $@

$(VENV)/.ready-dev: $(GROUND)
	@python=$$(PYTHON='$(PYTHON)' sh packaging/system_packages.sh) && "$$python" -m venv "$(VENV)"
	@echo "Installing PyroBlur, PyTorch and the development tools into $(VENV) (once; several GB)"
	@$(PIP) -e '.[train,dev]'
	@touch $@ "$(VENV)/.ready"

translations:
	$(BIN)/python packaging/translations/update.py

constraints:
	@python=$$(PYTHON='$(PYTHON)' sh packaging/system_packages.sh) && "$$python" -m venv build/constraints
	build/constraints/bin/python -m pip --disable-pip-version-check install --quiet $(PIP_FLAGS) '.[train,dev]'
	{ grep '^#' constraints.txt; build/constraints/bin/python -m pip freeze --exclude pyroblur; } > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean:
	rm -rf "$(VENV)" build dist demo-output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
