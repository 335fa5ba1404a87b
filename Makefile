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
# What is installed is compiled on all cores at once (below), not by pip, one file after the other.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile $(PIP_FLAGS) -c constraints.txt
GROUND := pyproject.toml constraints.txt packaging/system_packages.sh

.PHONY: help demo test test-work test-window lint bench package translations constraints clean

help:
	@echo "make demo         cover a real picture and a real clip, open the window where there is a display"
	@echo "make test         style, types, layers, tests"
	@echo "make lint         style, types, layers"
	@echo "make package      the program that needs no Python, its Debian package, tried in a bare tree (as root)"
	@echo "make bench        speed and memory beside other programs (takes minutes; BENCH=--help)"
	@echo "make translations refresh Qt Linguist's files with the texts that there are, compile what is translated"
	@echo "make constraints  renew constraints.txt from what the package index has now"
	@echo "make clean        remove the virtual environment and what tools left behind"

demo: $(VENV)/.ready $(VENV)/.compiled
	@$(BIN)/python packaging/demo/demo.py

# The window's tests run in one process of their own, beside the others: they mostly wait, those mostly compute.
test: $(VENV)/.ready-dev
	@$(MAKE) --no-print-directory --jobs=2 lint $(VENV)/.compiled
	@$(MAKE) --no-print-directory --jobs=2 test-work test-window

test-work: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile --no-loadscope-reorder tests/e2e tests/unit $(PYTEST) || [ $$? -eq 5 ]

test-window: $(VENV)/.ready-dev
	$(BIN)/python -m pytest tests/ui $(PYTEST) || [ $$? -eq 5 ]

lint: $(VENV)/.ready-dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/yamllint --strict .github compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/shellcheck packaging/*.sh packaging/linux/*.sh packaging/macos/*.sh

# Anywhere but as root on Debian or Ubuntu, the last step says what it cannot do and leaves the package untried.
package: $(VENV)/.ready-package
	$(BIN)/python packaging/build.py
	$(BIN)/python packaging/linux/build_deb.py build/package/pyroblur build
	desktop-file-validate packaging/linux/pyroblur.desktop
	$(BIN)/python packaging/demo/film.py build/walk.mp4 2
	CLIP=build/walk.mp4 sh packaging/linux/try_deb.sh "$$(ls -t build/pyroblur_*.deb | head -n 1)"

bench: $(VENV)/.ready-dev $(VENV)/.compiled
	$(BIN)/python tests/benchmarks/blur_speed.py $(BENCH)

$(VENV)/.ready: $(GROUND)
	@python=$$(PYTHON='$(PYTHON)' sh packaging/system_packages.sh) && "$$python" -m venv "$(VENV)"
	@echo "Installing PyroBlur into $(VENV) (once; about 1 GB)"
	@$(PIP) -e .
	@$(BIN)/python packaging/unfold.py > /dev/null
	@touch $@

$(VENV)/.ready-dev: $(GROUND)
	@python=$$(PYTHON='$(PYTHON)' sh packaging/system_packages.sh) && "$$python" -m venv "$(VENV)"
	@echo "Installing PyroBlur, PyTorch and the development tools into $(VENV) (once; several GB)"
	@$(PIP) -e '.[train,dev]'
	@$(BIN)/python packaging/unfold.py > /dev/null
	@touch $@ "$(VENV)/.ready"

# Some packages carry files that are not meant for this Python: they stay as they are.
$(VENV)/.compiled: $(VENV)/.ready
	@$(BIN)/python -m compileall -q -j 0 "$(VENV)/lib" > /dev/null || true
	@touch $@

translations:
	$(BIN)/python packaging/translations/update.py

$(VENV)/.ready-package: $(GROUND)
	@python=$$(PYTHON='$(PYTHON)' FOR=package sh packaging/system_packages.sh) && "$$python" -m venv "$(VENV)"
	@echo "Installing PyroBlur and what packages it into $(VENV) (once; about 1 GB)"
	@$(PIP) -e '.[package]'
	@$(BIN)/python packaging/unfold.py > /dev/null
	@touch $@ "$(VENV)/.ready"

constraints:
	@python=$$(PYTHON='$(PYTHON)' sh packaging/system_packages.sh) && "$$python" -m venv build/constraints
	build/constraints/bin/python -m pip --disable-pip-version-check install --quiet $(PIP_FLAGS) '.[train,dev,package]'
	{ grep '^#' constraints.txt; build/constraints/bin/python -m pip freeze --exclude pyroblur; } > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean:
	rm -rf "$(VENV)" build dist demo-output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
