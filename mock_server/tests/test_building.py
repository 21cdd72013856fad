"""What the build carries over into the wheel's own name, and what stops it."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hook() -> Any:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        ("from mock_server import running", "from trackflow_mock.mock_server import running"),
        ("from mock_server.web import (\n    app,\n)", "from trackflow_mock.mock_server.web import (\n    app,\n)"),
        (
            "def f():\n    from contract_tests.cli import main",
            "def f():\n    from trackflow_mock.contract_tests.cli import main",
        ),
        ("import mock_server", "from trackflow_mock import mock_server"),
        ("import mock_server as m", "from trackflow_mock import mock_server as m"),
        ("import mock_server.web.app as a", "import trackflow_mock.mock_server.web.app as a"),
        ("from . import mock_server", "from . import mock_server"),
        ("import mock_servers, os", "import mock_servers, os"),
        ("x = 'say mock_server'  # from mock_server import x", "x = 'say mock_server'  # from mock_server import x"),
        ('"""\nfrom mock_server import x\n"""', '"""\nfrom mock_server import x\n"""'),
    ],
)
def test_an_import_is_carried_over_and_nothing_else(hook: Any, written: str, carried: str) -> None:
    assert hook.moved(written + "\n", "x.py") == carried + "\n"


@pytest.mark.parametrize(
    "written",
    ["import mock_server.web", "import os, mock_server", "run('-m', 'mock_server')", "x = 'mock_server.web.app'"],
)
def test_what_a_wheel_would_break_stops_the_build(hook: Any, written: str) -> None:
    with pytest.raises(ValueError, match=r"^x\.py:1: "):
        hook.moved(written, "x.py")
