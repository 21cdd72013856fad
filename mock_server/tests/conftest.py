"""Small real objects that many tests need."""

import hypothesis
import pytest

from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.web.app import MockServer, create_app

# The same examples in every run, and no verdict on how fast this machine is.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture
def clock() -> ManualClock:
    """Stands at the page's own instant until a test moves it."""
    return ManualClock(from_text("2026-06-15T12:00:00Z"))


@pytest.fixture
def app(clock: ManualClock) -> MockServer:
    """A mock with default settings on the manual clock."""
    return create_app(Settings(), clock)
