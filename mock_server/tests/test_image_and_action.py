"""The image and the action, as far as they can be seen without an engine and without a runner."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def test_the_base_image_is_named_by_its_digest() -> None:
    (base,) = re.findall(r"^ARG PYTHON=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:3\.1\d-slim-\w+@sha256:[0-9a-f]{64}", base)
    assert {line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("FROM ")} == {"${PYTHON}"}


def test_nothing_is_installed_into_the_image_that_is_not_locked() -> None:
    installed = re.findall(r"pip install ([^&\n]+)", DOCKERFILE)
    assert len(installed) == 3
    for arguments in installed:
        assert "--require-hashes" in arguments or ("--no-deps" in arguments and "--no-index" in arguments), arguments
    assert "--no-isolation" in DOCKERFILE, "an isolated build fetches hatchling as it happens to be"


@pytest.mark.parametrize("lock", ["requirements", "requirements-contract", "requirements-build", "requirements-dev"])
def test_every_package_of_a_lock_file_has_a_hash(lock: str) -> None:
    text = (ROOT / f"{lock}.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if re.match(r"\w", line)]
    assert packages
    assert all("==" in line and "--hash=sha256:" in line for line in packages)


def test_the_lock_files_have_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    contract = project["dependencies"] + project["optional-dependencies"]["contract"]
    for lock, asked in (
        ("requirements", project["dependencies"]),
        ("requirements-contract", contract),
        ("requirements-dev", project["dependencies"] + extras),
    ):
        locked = set(re.findall(r"^([\w-]+)==", (ROOT / f"{lock}.lock").read_text(encoding="utf-8"), re.MULTILINE))
        assert {name(each) for each in asked} <= locked, f"{lock}.lock is old; run `make lock`"


def name(requirement: str) -> str:
    """The package's, as lock files have it."""
    return re.split(r"[^\w-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_the_image_is_built_from_all_that_the_wheel_needs_and_no_tests() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert {"schemas", "fixtures", "docs", "mock_server", "contract_tests", "trackflow_mock"} <= kept
    assert {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE"} <= kept
    assert all((ROOT / each).exists() for each in kept)
    assert lines.index("*") < lines.index("!docs") < lines.index("**/tests")


def test_the_image_checks_itself_without_curl() -> None:
    (check,) = re.findall(r"^HEALTHCHECK (.+)$", DOCKERFILE, re.MULTILINE)
    assert "/venv/bin/trackflow-mock health http://127.0.0.1:$TRACKFLOW_MOCK_PORT" in check
    assert "curl" not in check


def test_no_input_of_the_action_becomes_part_of_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", ""), step
        assert step.get("shell") == ("bash" if "run" in step else None), step


def test_the_action_hands_its_inputs_on_and_keeps_the_report(tmp_path: Path) -> None:
    program = tmp_path / "trackflow-contract" / "bin" / "trackflow-contract"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 1\n', encoding="utf-8")
    program.chmod(0o755)
    output = tmp_path / "output"
    (step,) = (each for each in STEPS if each.get("id") == "run")
    inputs = {"base-url": "http://127.0.0.1:9000", "api-key": "tf 'k\" $(x)", "target": "", "level": "all"}
    given = inputs | {"args": "--overlay\nour overlay.yaml\n"}
    values = {
        variable: re.sub(
            r"\$\{\{ (?:inputs\.([\w-]+)|runner\.temp) \}\}",
            lambda found: given.get(found[1] or "", str(tmp_path)),
            text,
        )
        for variable, text in step["env"].items()
    }
    environment = {"PATH": "/usr/bin:/bin", "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output), **values}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]  # as runners do
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    report = f"{tmp_path}/trackflow-contract-report"
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines() == [
        *("run", "--level", "all", "--report-dir", report, "--base-url", inputs["base-url"]),
        *("--api-key", inputs["api-key"], "--overlay", "our overlay.yaml"),
    ]
    assert output.read_text(encoding="utf-8") == f"report-dir={report}\n"
    (upload,) = (each for each in STEPS if each.get("uses", "").startswith("actions/upload-artifact@"))
    assert upload["if"] == "always()"
    assert {"base-url", "api-key", "target", "level"} <= set(ACTION["inputs"])
