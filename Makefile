# make run   the dashboard at http://localhost:8501, with everything it needs
# make check what answers while one still remembers the change: lint, types, and every test without servers and browsers
# make test  every check and every test, with everything they need, side by side on all cores
# make fuzz  what strangers hand us (answers, links, configuration), with 200 times as many made-up values
# make soak  30 sessions that click for ten minutes while the workspace fails, alone and as two copies; writes docs/soak.md
# make bench  what reading, pages, files and sessions take, beside the least they could; writes docs/performance.md
# make pictures  docs/images, which README and tour show; python -m docs.pictures --help takes every page at every width
# make dist  the package to install, in dist/
# make image  the dashboard as a container image, and the one with Chromium, which makes PDF and PNG
# make test-copies  two copies behind nginx with PostgreSQL; nginx, postgresql and openssl must be installed
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run check test fuzz soak bench dist image test-copies lint demo architecture pictures reliability plotly typeface clean

run: $(VENV)/run.stamp
	$(BIN)/python -m engagement run

demo: $(VENV)/run.stamp
	$(BIN)/python -m engagement demo

# The markers are those of tests/support/needs.py.
check: lint
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not server and not process and not browser and not database"

test: lint
	$(BIN)/python -m tests.support.browser
	$(BIN)/python -m pytest -n auto --dist worksteal

# The profile is that of tests/conftest.py.
FUZZED := tests/api/test_fuzz.py tests/settings/test_fuzz.py tests/ui/test_opened.py
fuzz: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n auto --dist worksteal --timeout 0 --hypothesis-profile fuzz -m hypothesis $(FUZZED)

# The second run needs what make test-copies does.
soak: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks.soak --document docs/soak.md
	$(BIN)/python -m benchmarks.soak --document docs/soak.md --copies 2

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.support.browser
	$(BIN)/python -m benchmarks.speed --document docs/performance.md

dist: $(VENV)/test.stamp
	$(BIN)/python -m hatchling build --directory dist

# Or podman, or buildah, with the options that it needs.
CONTAINER ?= docker
image:
	$(CONTAINER) build $(IMAGE_OPTIONS) --target dashboard --tag channel-engagement .
	$(CONTAINER) build $(IMAGE_OPTIONS) --target reports --tag channel-engagement:reports .

# The file is named, so that a plain run of pytest passes it by.
test-copies: $(VENV)/test.stamp
	$(BIN)/python -m tests.support.browser
	$(BIN)/python -m pytest tests/copies/two_copies.py

# docs/architecture.svg, from the imports there are.
architecture: $(VENV)/run.stamp
	$(BIN)/python -m docs.architecture

# docs/images, of the demo workspace at a moment that stays the same.
pictures: $(VENV)/test.stamp
	$(BIN)/python -m tests.support.browser
	$(BIN)/python -m docs.pictures

# docs/reliability.md, from what the tests say of the faults that they produce.
reliability: $(VENV)/test.stamp
	$(BIN)/python -m docs.reliability

# engagement/report/plotly: the part of the chart library that draws bars and lines, of the release that is installed.
PLOTLY := engagement/report/plotly
plotly: $(VENV)/run.stamp
	npm pack --silent --pack-destination $(VENV) plotly.js-basic-dist-min@$$($(BIN)/python -c \
		'from plotly.offline import get_plotlyjs_version; print(get_plotlyjs_version())') >$(VENV)/plotly.name
	tar -xzf $(VENV)/$$(cat $(VENV)/plotly.name) -C $(PLOTLY) --strip-components 1 package/LICENSE package/plotly-basic.min.js

# engagement/report/font: the typeface of reports, which is that of the pages; its licence stays as it is.
TYPEFACE := engagement/report/font
typeface: | $(VENV)/bin/python
	npm pack --silent --pack-destination $(VENV) @fontsource/source-sans-3@5 >$(VENV)/typeface.name
	tar -xzf $(VENV)/$$(cat $(VENV)/typeface.name) -C $(TYPEFACE) --strip-components 1 package/unicode.json
	tar -xzf $(VENV)/$$(cat $(VENV)/typeface.name) -C $(TYPEFACE) --strip-components 2 --wildcards \
		'package/files/*-400-normal.woff2' 'package/files/*-600-normal.woff2'

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
