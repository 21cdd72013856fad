"""Whoever misses the control plane or an inbox is told where it is."""

import pytest
from werkzeug.test import Client

from mock_server.domain.clock import ManualClock
from mock_server.own_paths import CONTROL_PREFIX, meant
from mock_server.settings import Settings
from mock_server.web.app import create_app
from mock_server.web.control import ROUTES


@pytest.mark.parametrize(
    ("target", "own"),
    [
        ("/admin/health", "/__admin/health"),
        ("//__admin/health", "/__admin/health"),
        ("/__ADMIN/helth?x=1", "/__admin/helth"),
        ("/_admin/clock/upcoming", "/__admin/clock/upcoming"),
        ("/v2/__admin/requests/count", "/__admin/requests/count"),
        ("/admin", "/__admin/"),
        ("/health", "/__admin/health"),
        ("/readyz", "/__admin/ready"),
        ("/metrics", "/__admin/metrics"),
        ("/docs", "/__admin/docs"),
        ("/__inbox", "/__inbox/NAME"),
        ("/inbox/orders", "/__inbox/NAME"),
        ("/carriers", None),
        ("/v2/track/admin", None),
        ("/administer", None),
        ("*", None),
        ("", None),
    ],
)
def test_a_slip_has_a_path_that_was_meant(target: str, own: str | None) -> None:
    assert meant(target) == own


@pytest.mark.parametrize("word", ["health", "healthz", "ready", "readyz", "metrics", "openapi.json", "version"])
def test_what_other_servers_have_at_their_root_is_in_the_control_plane(word: str) -> None:
    assert meant(f"/{word}") in {f"{CONTROL_PREFIX}{route.path}" for route in ROUTES}


@pytest.fixture
def told(clock: ManualClock) -> list[str]:
    """What a path beside the control plane is told by a mock, and by a strict one."""
    clients: list[Client] = [create_app(Settings(strict=strict), clock).test_client() for strict in (False, True)]
    return [client.get("/admin/health").json["error"]["message"] for client in clients]  # type: ignore[index]  # it is an error


def test_the_answer_says_so_unless_the_contract_is_all_there_is(told: list[str]) -> None:
    usual, strict = told
    assert usual.endswith("the mock's own would be /__admin/health")
    assert "__admin" not in strict
