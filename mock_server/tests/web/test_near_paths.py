"""A control call that leads nowhere is told where it was probably meant to go."""

import pytest

from mock_server.web.app import MockServer


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/health/", "/health"),
        ("/Health", "/health"),
        ("/helth", "/health"),
        ("/__admin/health", "/health"),
        ("/ready/", "/ready"),
        ("/requets", "/requests"),
        ("/requests/", "/requests"),
        ("/requests/unmached", "/requests/unmatched"),
        ("/fault", "/faults"),
        ("/faults/f1/pausse", "/faults/{identifier}/pause"),
        ("/clock/", "/clock"),
        ("/docs/", "/docs"),
        ("/webhook", "/webhooks"),
        ("/deliveries/d1/repaly", "/deliveries/{delivery_id}/replay"),
    ],
)
def test_the_nearest_path_is_told(app: MockServer, asked: str, meant: str) -> None:
    answer = app.test_client().get(f"/__admin{asked}")
    assert answer.status_code == 404
    told = f"'/__admin{asked}' is no path of the control plane; the nearest is /__admin{meant}, and GET "
    assert str(answer.json and answer.json["detail"]).startswith(told)


def test_a_path_of_any_length_is_answered(app: MockServer) -> None:
    for asked in ("/" + "x" * 5000, "/x" * 2500, "/%00%ff/{}/<key>"):
        answer = app.test_client().get(f"/__admin{asked}")
        assert (answer.status_code, "the nearest is /__admin/" in answer.text) == (404, True)
