"""Mocks as `serve` has them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from mock_server.certificates.store import certificate_path
from mock_server.cli.doors import doors
from mock_server.server.background import BackgroundServer
from mock_server.settings import Settings
from mock_server.tests.cli.doorways import MockWithDoors, Serve
from mock_server.web.front import Front
from mock_server.web.mock import Mock

KEY = {"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"}


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as undo:

        def served(**settings: Any) -> MockWithDoors:
            mock = Mock(Settings(**settings))
            user = {"XDG_DATA_HOME": str(tmp_path)}
            opened = doors(mock, Front(mock), user)
            host = mock.worlds.foundation.settings.host
            server = undo.enter_context(BackgroundServer(opened.answer, host, options=opened.options))
            file = certificate_path(tmp_path / "trackflow-mock", "api.trackflow.io")
            return MockWithDoors(server.url, server.secure_url, str(file), server)

        yield served


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        opened.headers.update(KEY)
        yield opened
