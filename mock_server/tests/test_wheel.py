"""The wheel carries all it needs: unpacked anywhere, it serves."""

import subprocess
import sys
import zipfile
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_serves_away_from_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env={"PYTHONPATH": str(unpacked)}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("listening on ").strip()
        connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
        try:
            connection.request("GET", "/v2/track/1Z204E380338943508", headers={"X-API-Key": "tf_test_free_w"})
            assert connection.getresponse().status == HTTPStatus.OK
        finally:
            connection.close()
            process.terminate()


def test_the_wheel_has_the_commands_the_licences_and_no_tests(unpacked: Path) -> None:
    (information,) = unpacked.glob("*.dist-info")
    commands = (information / "entry_points.txt").read_text(encoding="utf-8")
    assert "trackflow-mock = mock_server.cli:main" in commands
    assert "trackflow-contract = contract_tests.cli:main" in commands
    assert "trackflow = mock_server.pytest_plugin" in commands
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    assert "trackflow_data/fixtures/carriers.json" in names
    assert "trackflow_data/schemas/openapi.yaml" in names
    assert {f"trackflow_data/docs/{path.name}" for path in (ROOT / "docs").iterdir()} <= names
    assert any("licenses/fixtures/licences" in name for name in names)
    assert not any("/tests/" in name for name in names)
