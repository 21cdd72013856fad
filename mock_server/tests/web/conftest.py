"""A mock under an overlay, for tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import create_app


@pytest.fixture
def overlaid(tmp_path: Path, clock: ManualClock) -> Any:
    def client(*actions: dict[str, Any]) -> Client:
        file = tmp_path / "ours.json"
        file.write_text(
            json.dumps({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": list(actions)})
        )
        return create_app(Settings(overlay=(file,)), clock).test_client()

    return client
