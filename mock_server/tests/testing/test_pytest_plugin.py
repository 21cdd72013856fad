"""The plugin as a user has it: in a pytest run of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from mock_server.capsules import form
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock

PLUGIN = ("-p", "trackflow_mock.pytest_plugin")
ASK = """
import http.client
import urllib.parse

def ask(trackflow):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(trackflow.url).netloc)
    connection.request("GET", "/v2/carriers", headers={"X-API-Key": trackflow.key})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer
"""


def run(folder: Path, tests: str, *options: str, conftest: str = "") -> tuple[int, str]:
    """Exit code and output of a run with our plugin, and with those that the options name."""
    (folder / "test_it.py").write_text(ASK + tests, encoding="utf-8")
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PLUGIN, *options, "test_it.py"]
    environment = {"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def test_each_test_has_a_sandbox_of_its_own_on_one_mock(tmp_path: Path) -> None:
    tests = """
import pytest

seen = []

@pytest.mark.parametrize("number", range(3))
def test_it(trackflow, number):
    trackflow.fail("carrier_unavailable", times=1)
    assert [ask(trackflow).status for _ in range(2)] == [503, 200]
    assert [request.status for request in trackflow.requests] == [503, 200]
    seen.append((trackflow.url, trackflow.key))

@pytest.mark.trackflow(plan="free")
def test_plan(trackflow):
    assert trackflow.plan == "free"
    assert ask(trackflow).headers["X-RateLimit-Remaining"] == "9"

@pytest.mark.trackflow("starter")
def test_plan_alone(trackflow):
    assert trackflow.plan == "starter"

def test_all():
    assert len({url for url, _ in seen}) == 1
    assert len({key for _, key in seen}) == 3
"""
    status, output = run(tmp_path, tests, "-p", "no:randomly")
    assert status == 0, output
    assert "6 passed" in output


@pytest.mark.parametrize(
    ("arguments", "told"), [("foo=1", "foo="), ("'free', 7", "7"), ("'free', plan='free'", "plan=")]
)
def test_an_argument_that_the_marker_does_not_know_fails_the_test(tmp_path: Path, arguments: str, told: str) -> None:
    tests = f"""
import pytest

@pytest.mark.trackflow({arguments})
def test_it(trackflow):
    pass
"""
    status, output = run(tmp_path, tests)
    assert status == 1
    assert f"@pytest.mark.trackflow does not know {told}; it knows plan" in output


def test_settings_come_from_a_fixture_that_users_override(tmp_path: Path) -> None:
    conftest = """
import pytest

@pytest.fixture(scope="session")
def trackflow_settings():
    return {"clock": "2030-01-01T00:00:00Z", "default_plan": "free"}
"""
    tests = """
def test_it(trackflow):
    assert (trackflow.clock.now.year, trackflow.plan) == (2030, "free")
"""
    status, output = run(tmp_path, tests, conftest=conftest)
    assert status == 0, output


def test_a_failing_test_tells_what_its_sandbox_saw(tmp_path: Path) -> None:
    tests = """
def test_it(trackflow):
    trackflow.fail("carrier_unavailable")
    assert ask(trackflow).status == 200
"""
    status, output = run(tmp_path, tests)
    assert status == 1
    assert "- TrackFlow mock -" in output
    assert "GET /v2/carriers -> 503 [fault-1] carrier_unavailable" in output


def test_loading_the_plugin_loads_nothing_of_the_mock() -> None:
    code = "import sys, trackflow_mock.pytest_plugin as _; print([each for each in sys.modules if 'mock' in each])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300).stdout
    assert told.strip() == "['mock_server.version', 'mock_server', 'trackflow_mock', 'trackflow_mock.pytest_plugin']"


def test_a_mock_that_runs_already_can_be_used(tmp_path: Path) -> None:
    tests = """
def test_it(trackflow, pytestconfig):
    assert ask(trackflow).status == 200
    assert trackflow.url == pytestconfig.getoption("--trackflow-url")
"""
    with RunningMock(Settings()) as mock:
        status, output = run(tmp_path, tests, "--trackflow-url", mock.url)
    assert status == 0, output


def test_workers_of_xdist_each_have_a_mock(tmp_path: Path) -> None:
    pytest.importorskip("xdist", reason="pytest-xdist is not installed here")
    tests = """
import pytest

@pytest.mark.parametrize("number", range(12))
def test_it(trackflow, number):
    trackflow.fail("carrier_unavailable", times=number % 3 + 1)
    assert [ask(trackflow).status for _ in range(3)].count(503) == number % 3 + 1
    assert len(trackflow.requests) == 3
"""
    status, output = run(tmp_path, tests, "-p", "xdist", "-n", "2")
    assert status == 0, output


def test_a_failing_test_leaves_a_capsule(tmp_path: Path) -> None:
    tests = """
import pytest

@pytest.mark.parametrize("url", ["a/b c"])
def test_backoff(trackflow, url):
    trackflow.fail("carrier_unavailable", times=1)
    assert ask(trackflow).status == 200

def test_good(trackflow):
    assert ask(trackflow).status == 200
"""
    status, output = run(tmp_path, tests)
    assert status == 1
    assert "saved as .trackflow/test_backoff-a-b-c.tfcap" in output
    assert {path.name for path in (tmp_path / ".trackflow").iterdir()} == {".gitignore", "test_backoff-a-b-c.tfcap"}
    (asked,) = [
        item for item in form.load(tmp_path / ".trackflow/test_backoff-a-b-c.tfcap")["story"] if "status" in item
    ]
    assert (asked["target"], asked["status"]) == ("/v2/carriers", 503)


def test_a_capsule_that_cannot_be_saved_hides_no_failure(tmp_path: Path) -> None:
    tests = """
def test_it(trackflow):
    ask(trackflow)
    trackflow.plane.delete("/requests")
    assert False, "the reason"
"""
    status, output = run(tmp_path, tests)
    assert status == 1
    assert "the reason" in output
    assert "no capsule was saved: GET /__admin/capsule" in output
