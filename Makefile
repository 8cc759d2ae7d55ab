# Two commands need nothing but Python 3.11 to 3.13, git and make: `make demo` and `make test`.
# They create .venv and install the hashed lock; a second call installs nothing.

.DEFAULT_GOAL := help
VENV ?= .venv
PY := $(VENV)/bin/python
RUNTIME := $(VENV)/installed-runtime
# Kept even where the environment says otherwise: each of a run's many processes would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=
DEV := $(VENV)/installed-dev
LOCK := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate pyproject.toml

.PHONY: help demo serve test fault lint bench lock

help:
	@echo "make demo   load the real data, then serve it on http://127.0.0.1:8000/ (CX_PORT)"
	@echo "make serve  the whole application on this machine, until Ctrl-C"
	@echo "make test   all tests        make lint   ruff, mypy, migrations, deployment check"
	@echo "make fault  the long fault run        make bench  the benchmarks        make lock  the locks"

demo: export CX_MODE ?= demo
demo: $(RUNTIME)
	@$(PY) manage.py demo

serve: $(RUNTIME)
	@$(PY) manage.py serve

test: $(DEV)
	@$(PY) -m pytest -n auto --dist loadgroup --no-loadscope-reorder

fault: export CX_FAULT_N ?= 2000
fault: $(DEV)
	@$(PY) -m pytest -m fault -s tests/fault

lint: $(DEV)
	@$(PY) -m ruff check .
	@$(PY) -m mypy .
	@$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@CX_MODE=production $(PY) manage.py check --deploy --fail-level WARNING

bench: $(DEV)
	@$(PY) -m tests.bench

lock: $(DEV)
	@$(LOCK) -o requirements.lock
	@$(LOCK) --extra dev -o requirements-dev.lock

$(PY):
	@for python in python3 python3.13 python3.12 python3.11; do \
	  if command -v $$python >/dev/null && \
	    $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; then \
	    $$python -m venv $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "$$python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	done; \
	echo "Python 3.11, 3.12 or 3.13 is needed and none was found. On Debian: apt-get install python3 python3-venv" >&2; \
	exit 1

$(RUNTIME): requirements.lock | $(PY)
	@echo "Installing $< into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# The development lock holds everything of the other one in the same versions.
$(DEV): requirements-dev.lock | $(PY)
	@echo "Installing $< into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(RUNTIME)
