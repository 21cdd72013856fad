import pytest

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.tests.web.control.admin import FREE, NUMBER, OTHER, Admin
from mock_server.tests.web.control.hooks import HOUR, subscribe
from mock_server.web.app import MockServer, create_app


class RunningClock(ManualClock):
    """Moved by hand, but says of itself that it runs as real time does."""

    scale = 1.0


@pytest.fixture
def admin(app: MockServer) -> Admin:
    return Admin(app.test_client())


@pytest.fixture
def base(clock: ManualClock) -> ManualClock:
    """Real time, as far as a mock on it can tell."""
    return RunningClock(clock.now())


@pytest.fixture
def running(base: ManualClock) -> Admin:
    """A mock whose clients live in the time of `base`."""
    return Admin(create_app(Settings(), base).test_client())


@pytest.fixture
def told(admin: Admin, app: MockServer) -> Admin:
    """A mock that has ten deliveries for one key and two for another."""
    number = app.worlds.foundation.magic.magic_number("ups", "011")
    subscribe(admin, number=number)
    subscribe(admin, OTHER)
    admin.put(f"/clock?key={FREE}", {"action": "advance", "seconds": 72 * HOUR})
    for kind in ("exception", "delivered"):
        admin.post(f"/shipments/{NUMBER}/events?key={OTHER}", {"type": kind})
    return admin
