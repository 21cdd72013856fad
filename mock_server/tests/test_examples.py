"""The examples of README and docs/, each run as it is written, with the output it promises."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import mock_server
from contract_tests.contract.loading import FIXTURES
from contract_tests.target import read_target
from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.testing.recorded import RecordedRequest
from mock_server.testing.sandbox import Sandbox, SandboxTime, SandboxWebhooks
from mock_server.tests.pages import DOCS, PAGES, ROOT, Fence, examples
from mock_server.tests.receivers.samples import SAMPLES, SECRET, running
from mock_server.tests.served import served
from mock_server.web.app import create_app

MOCK = "http://127.0.0.1:8080"  # where the examples find it
RECEIVER = "http://127.0.0.1:5000/hooks/trackflow"
CHECKED = {"sh", "python", "yaml", "toml", "json"}
EVERY = [example for page in PAGES for example in examples(page)]
RECIPES = [example for example in EVERY if example.page == DOCS / "recipes.md"]
PYTHON = [
    each for each in EVERY if each.language == "python" and not each.excuse and each.page.name != "CONTRIBUTING.md"
]
SHELL = {
    page: [each for each in EVERY if each.page == page and each.language == "sh" and not each.excuse] for page in PAGES
}
# A curl whose example does not look at the status itself tells it on standard error.
CURL = '#!/bin/sh\nexec "{curl}" -sS -w "%{{stderr}}status %{{http_code}}\\n" "$@"\n'
COMMAND = '#!/bin/sh\nPYTHONPATH="{root}" exec "{python}" -m {module} "$@"\n'
CLIENT = """
import http.client
import time
import urllib.parse

class my_client:
    def __init__(self, url, key):
        self.connection, self.key = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc), key

    def track(self, number):
        status = 503
        while status in (429, 503):
            self.connection.request("GET", f"/v2/track/{number}", headers={"X-API-Key": self.key})
            answer = self.connection.getresponse()
            status = answer.status
            answer.read()
            if status == 429:
                time.sleep(int(answer.headers["Retry-After"]))
        self.connection.close()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    app = create_app(Settings(), ManualClock(from_text("2026-06-15T12:00:00Z")))
    with served(app) as running:
        yield running.url


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """An environment that has our two commands, and a curl that tells the status."""
    folder = tmp_path / "programs"
    folder.mkdir()
    curl = shutil.which("curl")
    if curl is None or shutil.which("bash") is None:
        pytest.skip("curl or bash is not installed here")
    texts = {
        "curl": CURL.format(curl=curl),
        "trackflow-mock": COMMAND.format(root=ROOT, python=sys.executable, module="mock_server"),
        "trackflow-contract": COMMAND.format(root=ROOT, python=sys.executable, module="contract_tests"),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_there_is_a_recipe_for_each_need() -> None:
    assert len(RECIPES) >= 10
    for recipe in RECIPES:
        assert (recipe.language, recipe.printed is None) == ("sh", False), recipe.heading
    assert len({recipe.heading for recipe in RECIPES}) == len(RECIPES)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.heading)
def test_a_recipe_prints_what_it_says(recipe: Fence, server: str, tmp_path: Path) -> None:
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here")
    command = ["bash", "-uc", recipe.code.replace(MOCK, server)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
    assert ([line.rstrip() for line in done.stdout.splitlines()], done.stderr) == (
        [line.rstrip() for line in (recipe.printed or "").splitlines()],
        "",
    )


@pytest.mark.parametrize("example", EVERY, ids=str)
def test_an_example_is_checked_or_says_why_it_is_not(example: Fence) -> None:
    assert example.language in CHECKED or example.excuse, f"{example} has no language; write ```sh or ```text"


@pytest.mark.parametrize("page", [page for page in PAGES if SHELL[page] and page.name != "recipes.md"], ids=str)
def test_a_page_s_commands_work_one_after_the_other(page: Path, programs: dict[str, str], tmp_path: Path) -> None:
    app = create_app(Settings())
    with served(app) as mock, running(SAMPLES["flask"]) as receiver:
        for example in SHELL[page]:
            script = example.code.replace(MOCK, mock.url).replace(RECEIVER, receiver)
            script = re.sub(r"(?<=--to )URL\b", receiver, script).replace("whsec_...", SECRET)
            command = ["bash", "-euo", "pipefail", "-c", script]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path, env=programs
            )
            assert done.returncode == 0, f"{example}: {done.stdout}{done.stderr}"
            # A refusal that an example brings about is named in it.
            for status in re.findall(r"^status (\d+)$", done.stderr, re.MULTILINE):
                assert status[0] == "2" or status in example.code, f"{example}: {status}: {done.stdout}"
            if example.printed is not None:
                assert done.stdout.split() == example.printed.split(), str(example)


@pytest.mark.parametrize("example", PYTHON, ids=str)
def test_python_that_is_shown_runs(example: Fence, tmp_path: Path) -> None:
    (tmp_path / "test_shown.py").write_text(CLIENT + example.code, encoding="utf-8")
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "trackflow_mock.pytest_plugin"]
    command = [sys.executable, *(tests if "def test_" in example.code else []), "test_shown.py"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_part_of_a_sandbox_is_in_its_page() -> None:
    page = (DOCS / "pytest.md").read_text(encoding="utf-8")
    parts = [Sandbox, SandboxTime, SandboxWebhooks, RecordedRequest]
    with mock_server.running() as sandbox:
        names = {name for part in parts for name in vars(part)} | vars(sandbox).keys() | vars(sandbox.webhooks).keys()
    public = {name for name in names if not name.startswith("_")} - {"from_entry"}
    assert {name for name in public if not re.search(rf"`[^`]*\b{name}\b[^`]*`", page)} == set()


@pytest.mark.parametrize("example", [each for each in EVERY if each.language in {"yaml", "toml", "json"}], ids=str)
def test_a_file_that_is_shown_can_be_read(example: Fence, tmp_path: Path) -> None:
    match example.language:
        case "json":
            assert json.loads(example.code)
        case "toml":
            tomllib.loads(example.code)
            (tmp_path / "target.toml").write_text(example.code, encoding="utf-8")
            assert read_target(tmp_path / "target.toml")
        case _:
            assert yaml.safe_load(example.code)


def test_the_overlay_that_is_shown_serves_its_operation(tmp_path: Path) -> None:
    (shown,) = (each for each in examples(DOCS / "overlays.md") if each.language == "yaml")
    (tmp_path / "ours.yaml").write_text(shown.code, encoding="utf-8")
    client = create_app(Settings(overlay=(tmp_path / "ours.yaml",))).test_client()
    answer = client.get("/v2/track/1Z999AA10123456784/proof", headers={"X-API-Key": "tf_test_free_me"})
    assert (answer.status_code, sorted(answer.get_json())) == (200, ["signed_at", "signed_by"])


def test_the_receivers_that_are_linked_are_those_that_are_tested() -> None:
    linked = re.findall(r"fixtures/receivers/(\w+\.\w+)", (DOCS / "webhooks.md").read_text(encoding="utf-8"))
    assert sorted(set(linked)) == sorted(path.name for path in (FIXTURES / "receivers").iterdir() if path.is_file())
