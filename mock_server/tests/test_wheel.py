"""The wheel carries all it needs under one name: it works wherever it is unpacked, whatever lies in the folder."""

import importlib.metadata
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.message import Message
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
JUDGE = "import sys; from trackflow_mock.judge import main; sys.exit(main())"
OTHERS = "-p no:schemathesis -p no:hypothesispytest -p no:randomly -p no:faker -p no:anyio -p no:valkey -p no:xdist"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it alone."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (wheel,) = built.glob("*.whl")
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def metadata(unpacked: Path) -> Message:
    (file,) = unpacked.glob("*.dist-info/METADATA")
    return message_from_string(file.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bare(metadata: Message, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to import from with what the wheel needs without any extra, and nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    for name in needed(metadata.get_all("Requires-Dist", [])):
        for file in importlib.metadata.files(name) or []:
            place = folder / file.parts[0]
            if file.parts[0] not in {"..", "__pycache__"} and not place.exists():
                place.symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / file.parts[0])
    return folder


def needed(requirements: list[str], seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names of the distributions that a plain installation brings."""
    for text in requirements:
        requirement = Requirement(text)
        if requirement.name not in seen and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            seen = needed(importlib.metadata.requires(requirement.name) or [], seen | {requirement.name})
    return seen


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A project with folders named as ours, which nothing of ours may import."""
    for name in ("mock_server", "contract_tests", "trackflow_data", "schemas", "fixtures"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the folder of another project')\n", "utf-8")
    return tmp_path


def python(*arguments: str, cwd: Path, path: tuple[Path, ...]) -> subprocess.CompletedProcess[str]:
    """A Python that imports from there; without `site`, if it should see no more."""
    environment = {"PYTHONPATH": ":".join(map(str, path)), "PATH": "", "PYTEST_ADDOPTS": OTHERS}
    only = ["-S"] if len(path) > 1 else []
    command = [sys.executable, *only, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


@contextmanager
def served(cwd: Path, *path: Path) -> Iterator[str]:
    environment = {"PYTHONPATH": ":".join(map(str, path))}
    command = [sys.executable, "-S", "-m", "trackflow_mock", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("listening on ").strip()
        finally:
            process.terminate()


def test_the_mock_alone_serves_in_any_folder(unpacked: Path, bare: Path, elsewhere: Path) -> None:
    with served(elsewhere, unpacked, bare) as url:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=300)
        try:
            for path in ("/v2/track/1Z204E380338943508", "/__admin/", "/__admin/docs"):
                connection.request("GET", path, headers={"X-API-Key": "tf_test_free_w"})
                answer = connection.getresponse()
                answer.read()
                assert answer.status == HTTPStatus.OK, path
        finally:
            connection.close()
        up = python("-m", "trackflow_mock", "health", url, cwd=elsewhere, path=(unpacked, bare))
        assert (up.returncode, up.stdout) == (0, "up\n"), up.stderr


def test_every_module_of_the_mock_can_be_imported_with_what_it_says_it_needs(
    unpacked: Path, bare: Path, elsewhere: Path, metadata: Message
) -> None:
    extras = {Requirement(each).name for each in metadata.get_all("Requires-Dist", []) if "extra ==" in each}
    code = f"""
import pkgutil, trackflow_mock
for module in pkgutil.walk_packages(trackflow_mock.__path__, "trackflow_mock."):
    if module.name.endswith("__main__") or module.name.startswith("trackflow_mock.contract_tests."):
        continue
    try:
        __import__(module.name)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] not in {extras!r}:
            raise
    print(module.name)
"""
    done = python("-c", code, cwd=elsewhere, path=(unpacked, bare))
    assert done.returncode == 0, done.stderr
    assert "trackflow_mock.mock_server.cli.serve" in done.stdout.split()


def test_the_judge_says_what_it_is_installed_with(unpacked: Path, bare: Path, elsewhere: Path) -> None:
    told = python("-c", JUDGE, "--help", cwd=elsewhere, path=(unpacked, bare))
    assert (told.returncode, told.stdout[:26]) == (0, "usage: trackflow-contract "), told.stderr
    done = python("-c", JUDGE, "run", "--base-url", "http://127.0.0.1:9", cwd=elsewhere, path=(unpacked, bare))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        'trackflow-contract needs pytest, requests, schemathesis: pip install "trackflow-mock[contract]"'
    ]


def test_the_judge_runs_in_any_folder(unpacked: Path, bare: Path, elsewhere: Path) -> None:
    with served(elsewhere, unpacked, bare) as url:
        options = ("--base-url", url, "--api-key", "tf_test_growth_w", "--report-dir", "report")
        done = python("-c", JUDGE, "run", *options, "-k", "test_carriers", cwd=elsewhere, path=(unpacked,))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (elsewhere / "report" / "report.json").is_file()


FIXTURE = """
import http.client
import urllib.parse

import mock_server
import trackflow_mock

def test_it(trackflow):
    assert isinstance(trackflow, trackflow_mock.Sandbox)
    trackflow.fail("carrier_unavailable", times=1)
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(trackflow.url).netloc)
    connection.request("GET", "/v2/carriers", headers={"X-API-Key": trackflow.key})
    assert connection.getresponse().status == 503
    connection.close()
    assert [each.status for each in trackflow.requests] == [503]

def test_without_the_fixture():
    with trackflow_mock.running(plan="free") as sandbox:
        assert sandbox.plan == "free"
    assert mock_server.OURS
"""


def test_the_fixture_works_beside_folders_that_are_named_as_ours(unpacked: Path, elsewhere: Path) -> None:
    (elsewhere / "mock_server" / "__init__.py").write_text("OURS = True\n", encoding="utf-8")
    (elsewhere / "test_it.py").write_text(FIXTURE, encoding="utf-8")
    (elsewhere / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py", cwd=elsewhere, path=(unpacked,))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_a_project_that_does_not_want_the_plugin_can_leave_it_out(unpacked: Path, elsewhere: Path) -> None:
    (elsewhere / "test_it.py").write_text("def test_it(trackflow):\n    pass\n", encoding="utf-8")
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:trackflow", "test_it.py")
    done = python("-m", "pytest", *options, cwd=elsewhere, path=(unpacked,))
    assert done.returncode == 1
    assert "fixture 'trackflow' not found" in done.stdout


def test_an_unrelated_project_loads_none_of_the_mock(unpacked: Path, elsewhere: Path) -> None:
    tests = "import sys\n\ndef test_it():\n    print([name for name in sys.modules if 'mock_server' in name])\n"
    (elsewhere / "test_it.py").write_text(tests, encoding="utf-8")
    done = python("-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "test_it.py", cwd=elsewhere, path=(unpacked,))
    assert "['trackflow_mock.mock_server.version', 'trackflow_mock.mock_server']" in done.stdout, (
        done.stdout + done.stderr
    )


def test_the_wheel_claims_one_name(unpacked: Path) -> None:
    (information,) = unpacked.glob("*.dist-info")
    assert {path.name for path in unpacked.iterdir()} == {"trackflow_mock", information.name}
    commands = (information / "entry_points.txt").read_text(encoding="utf-8")
    assert "trackflow-mock = trackflow_mock.__main__:main" in commands
    assert "trackflow-contract = trackflow_mock.judge:main" in commands
    assert "trackflow = trackflow_mock.pytest_plugin" in commands


def test_the_wheel_has_the_contract_the_guides_the_licences_and_no_tests(built: Path, unpacked: Path) -> None:
    home = unpacked / "trackflow_mock"
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("schemas", "fixtures", "docs"):
        files = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert files, folder
        assert all((home / file).read_bytes() == (ROOT / file).read_bytes() for file in files)
    assert "trackflow_mock/py.typed" in names
    for folder in ("fixtures/licences", "mock_server/web/console/assets/licences"):
        assert any(f"dist-info/licenses/{folder}/" in name for name in names), folder
    assert not any("/tests/" in name or name.endswith(".pyc") for name in names)


def test_the_metadata_say_what_people_look_for(metadata: Message) -> None:
    classifiers = metadata.get_all("Classifier", [])
    assert "Typing :: Typed" in classifiers
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13, 14)} <= set(classifiers)
    assert metadata["Requires-Python"] == ">=3.11"
    assert "contract" in metadata.get_all("Provides-Extra", [])
    assert metadata.get_all("Project-URL")


def test_the_long_description_leads_nowhere_that_only_the_repository_has(metadata: Message) -> None:
    description = str(metadata.get_payload())
    links = re.findall(r"\]\(([^)]+)\)", description)
    assert "`trackflow-mock docs faults`" in description
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


def test_the_sdist_has_what_the_wheel_is_built_from(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", "pyproject.toml", "README.md", "mock_server/__init__.py"} <= names
    assert not any(".venv" in name or "__pycache__" in name for name in names)


def test_an_editable_installation_imports_from_the_checkout(tmp_path: Path) -> None:
    code = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (path,) = [name for name in archive.namelist() if ".dist-info/" not in name]
        assert path.endswith(".pth")
        assert archive.read(path).decode().strip() == str(ROOT)
