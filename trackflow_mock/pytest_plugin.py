"""The pytest fixture `trackflow`: a sandbox of its own for each test, on a mock that the whole session shares.

Nothing of the mock is imported before a test asks for it. Under pytest-xdist every worker has a mock of its own, or all
share the one at --trackflow-url. Tests that `trackflow-mock score` runs share the one that lies to them.
"""

import os
import re
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mock_server.testing.running import AttachedMock, RunningMock
    from mock_server.testing.sandbox import Sandbox


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("trackflow")
    group.addoption("--trackflow-url", metavar="URL", help="A running TrackFlow mock to use instead of one of our own.")
    group.addoption("--trackflow-token", metavar="TOKEN", help="The admin token of that mock, if it has one.")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "trackflow(plan): the plan of the test's sandbox, such as free")


@pytest.fixture(scope="session")
def trackflow_settings() -> dict[str, Any]:
    """Settings of the session's mock, by the names in `mock_server.settings.Settings`; override it in conftest."""
    return {}


@pytest.fixture(scope="session")
def trackflow_mock(
    trackflow_settings: dict[str, Any], pytestconfig: pytest.Config
) -> Iterator["RunningMock | AttachedMock"]:
    """The session's mock."""
    from mock_server.testing.running import AttachedMock, own_mock  # noqa: PLC0415 - few runs that load this need a mock

    url = pytestconfig.getoption("--trackflow-url") or (None if trackflow_settings else lab_url(os.environ))
    attached = url and AttachedMock(url, pytestconfig.getoption("--trackflow-token"))
    with attached or own_mock(**trackflow_settings) as mock:
        yield mock


def lab_url(environment: Mapping[str, str]) -> str | None:
    """The mock of `trackflow-mock explore` or `score`, where the tests run in one of their worlds."""
    return environment.get("TRACKFLOW_BASE_URL") if environment.get("TRACKFLOW_LAB") else None


@pytest.fixture
def trackflow(trackflow_mock: "RunningMock | AttachedMock", request: pytest.FixtureRequest) -> Iterator["Sandbox"]:
    """A sandbox that no other test knows."""
    marker = request.node.get_closest_marker("trackflow")
    with trackflow_mock.sandbox(_plan(*marker.args, **marker.kwargs) if marker else None) as sandbox:
        yield sandbox


def _plan(*positional: Any, **named: Any) -> str | None:
    """The plan that a marker's arguments name; the test fails for any argument besides."""
    given = [repr(each) for each in positional[1:]] + [f"{name}=" for name in named if name != "plan" or positional]
    if given:
        pytest.fail(f"@pytest.mark.trackflow does not know {', '.join(given)}; it knows plan, once", pytrace=False)
    plan: str | None = named.get("plan", *positional)
    return plan


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell what the sandbox saw, where its test failed."""
    report = yield
    sandbox = getattr(item, "funcargs", {}).get("trackflow")
    if call.when == "call" and report.failed and sandbox is not None:
        report.sections.append(("TrackFlow mock", f"{sandbox}\n{_saved(item, sandbox)}"))
    return report


def _saved(item: pytest.Item, sandbox: "Sandbox") -> str:
    """Where the test's capsule is, and how to go on with it; or why there is none."""
    folder = item.config.rootpath / ".trackflow"
    path = folder / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', item.name).strip('-')[:150]}.tfcap"
    try:
        sandbox.save(path)
        if not (ignored := folder / ".gitignore").exists():
            ignored.write_text("*\n", encoding="utf-8")
    except Exception as error:  # noqa: BLE001 - whatever it is, the test's own failure is what its author wants to see
        return f"no capsule was saved: {error}"
    return f"saved as {path.relative_to(item.config.rootpath)}: trackflow-mock capsule show, or replay, takes it"
