"""Whoever misses the control plane or an inbox is told where it is."""

import pytest
from werkzeug.test import Client

from mock_server.domain.clock import ManualClock
from mock_server.settings import Settings
from mock_server.web.app import create_app
from mock_server.web.near_paths import slip


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("/admin/health", "/__admin/health"),
        ("//__admin/health", "/__admin/health"),
        ("/__ADMIN/helth?x=1", "/__admin/health"),
        ("/_admin/clok", "/__admin/clock"),
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
def test_a_slip_has_a_nearest_path(target: str, meant: str | None) -> None:
    assert slip(target) == meant


@pytest.fixture
def told(clock: ManualClock) -> list[str]:
    """What a path beside the control plane is told by a mock, and by a strict one."""
    clients: list[Client] = [create_app(Settings(strict=strict), clock).test_client() for strict in (False, True)]
    return [client.get("/admin/health").json["error"]["message"] for client in clients]  # type: ignore[index]  # it is an error


def test_the_answer_says_so_unless_the_contract_is_all_there_is(told: list[str]) -> None:
    usual, strict = told
    assert usual.endswith("the mock's own nearest is /__admin/health")
    assert "__admin" not in strict
