# `make` lists the targets. PYTHON=… names the interpreter, ARGS=… goes to the tool behind the target.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test check bench soak man deb lock clean

UV := $(shell command -v uv 2>/dev/null)
PIP_INSTALL = $(if $(UV),$(UV) pip install --python .venv/bin/python,.venv/bin/python -m pip install) --quiet
# Some dependencies come as source only. Their build must not fetch an unpinned setuptools, so the pinned one goes first.
BUILD_PINS = sed -n '/^pip==/,/[^\\]$$/p; /^setuptools==/,/[^\\]$$/p' requirements-dev.lock

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/.installed ## Build .venv with rpcauth and all that its tests need, from the hash-pinned lock

run: install ## Start a demo daemon on 127.0.0.1:8700 with its data in var/, and print calls to paste
	@exec .venv/bin/python -m rpcauth.cli.demo

test: check ## Run everything: the checks, then all tests
	.venv/bin/python -m pytest -n auto --maxprocesses 8 $(ARGS)

check: install ## Lint, formatting, types, and who may import whom
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

bench: install ## Measure throughput and latency
	.venv/bin/python -m bench $(ARGS)

soak: install ## Run the endurance tests in their long form
	RPCAUTH_SOAK=1 .venv/bin/python -m pytest tests/races tests/faults tests/power tests/endurance tests/restart tests/audit \
		tests/test_state_machine.py tests/rest/ym/test_fuzz.py tests/rest/ym/test_wire_fuzz.py -x $(ARGS)

man: install ## Write the manual pages into dist/man: man -l dist/man/rpcauth.1
	.venv/bin/python packaging/man dist/man

deb: install ## Build a Debian package for the Python of .venv, in dist/
	packaging/debian/build.sh dist

# One package still asks for the backport of what Python 3.7 brought; the override leaves it out.
lock: .venv/pyvenv.cfg ## Pin the dependencies of setup.cfg anew (ARGS=--upgrade: their newest versions)
	test -n "$(UV)" || .venv/bin/python -m pip install --quiet uv
	echo 'dataclasses; python_version < "3.7"' | \
	$(or $(UV),.venv/bin/uv) pip compile setup.cfg --all-extras --universal --python-version 3.11 --generate-hashes \
		--override /dev/stdin \
		--custom-compile-command 'make lock' --quiet --output-file requirements-dev.lock $(ARGS)

clean: ## Remove all that can be built again; var/ stays
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.installed: requirements-dev.lock setup.cfg setup.py .venv/pyvenv.cfg
	@echo 'Installing into .venv: some twenty seconds the first time'
	@$(BUILD_PINS) | $(PIP_INSTALL) --require-hashes -r /dev/stdin
	@$(PIP_INSTALL) --require-hashes --no-deps --no-build-isolation -r requirements-dev.lock
	@PYTHONWARNINGS=ignore $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# A venv that could not be finished is removed: the next make would take it for a good one.
.venv/pyvenv.cfg:
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11) none; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && break; \
	done; \
	if [ $$python = none ]; then \
		echo 'rpcauth needs Python 3.11 or newer. Install it, or say where it is: make install PYTHON=/path/to/python3' >&2; \
		exit 1; \
	fi; \
	{ test -n "$(UV)" && $(UV) venv --quiet --python $$python .venv; } \
	|| $$python -m venv --clear .venv >/dev/null 2>&1 \
	|| { $$python -m venv --clear --without-pip .venv \
		&& $(BUILD_PINS) | $$python -m pip --python .venv/bin/python install --quiet --require-hashes -r /dev/stdin; } 2>/dev/null \
	|| { rm -rf .venv; \
		echo "$$python cannot make a virtual environment here. On Debian or Ubuntu: apt install python3-venv" >&2; \
		exit 1; }
