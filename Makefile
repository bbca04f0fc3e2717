# Everything runs from .venv, which is made on first use and again when the dependencies change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The order books that `make bench` compares with; nothing else needs them.
PEERS_VENV := .venv-bench
PEERS_READY := $(PEERS_VENV)/.ready

.PHONY: demo test check bench snapshots soak surveil-report native clean-native clean

demo: $(READY)
	$(BIN)/bashu demo

test: $(READY)
	$(BIN)/python -m pytest -n 2

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) $(PEERS_READY)
	$(BIN)/python tests/bench/run.py

# Pictures of all screens as they are now; the difference is to be read before it is committed.
snapshots: $(READY)
	mkdir -p tests/tui/__snapshots__/test_snapshots
	$(BIN)/python -m pytest -n 2 -k is_as_it_was tests/tui/test_snapshots.py --snapshot-update

soak: $(READY)
	$(BIN)/python -m pytest -m soak -s

# Precision and recall of surveillance on labelled and honest markets, on all cores; a smaller one by
# `make surveil-report ARGS=--quick`, the document by ARGS="--out docs/surveillance_report.md".
surveil-report: $(READY)
	$(BIN)/python -m bashu_daemon.tools.scenarios.report $(ARGS)

# The core compiled by mypyc, beside its sources; needs a C compiler and Python's headers.
native: $(READY)
	$(BIN)/python daemon/native_build.py

# Without .venv, so that it works when nothing else does.
clean-native:
	rm -f daemon/bashu_core__mypyc.* $(addprefix daemon/bashu_daemon/core/,*.so *.pyd native.json)

clean: clean-native
	rm -rf $(VENV) $(PEERS_VENV)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Bashu needs Python 3.11 or later; set PYTHON=/path/to/python3." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

# Left without its mark where a peer is missing, so that the next run tries again.
$(PEERS_READY): pyproject.toml constraints.txt | $(READY)
	@if $(BIN)/python tests/bench/install_peers.py $(PEERS_VENV); then touch $@; fi
