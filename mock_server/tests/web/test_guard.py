import pytest

from mock_server.web.guard import Guard
from mock_server.web.problems import Problem

LOCAL = {"Host": "127.0.0.1:8080"}


def status_of(guard: Guard, remote: str, headers: dict[str, str]) -> int:
    try:
        guard.check(remote, headers)
    except Problem as problem:
        return problem.status
    return 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080", "LOCALHOST:1"])
def test_on_loopback_the_plane_is_open_to_loopback(host: str) -> None:
    assert status_of(Guard("127.0.0.1", None), "127.0.0.1", {"Host": host}) == 200


def test_on_loopback_another_machine_a_foreign_host_and_a_foreign_origin_are_refused() -> None:
    guard = Guard("127.0.0.1", None)
    assert status_of(guard, "10.0.0.7", LOCAL) == 403
    assert status_of(guard, "127.0.0.1", {"Host": "evil.example:8080"}) == 403
    assert status_of(guard, "127.0.0.1", {**LOCAL, "Origin": "https://evil.example"}) == 403
    assert status_of(guard, "127.0.0.1", {**LOCAL, "Origin": "null"}) == 403
    assert status_of(guard, "127.0.0.1", {**LOCAL, "Origin": "http://127.0.0.1:8080"}) == 200


def test_off_loopback_the_token_is_needed() -> None:
    guard = Guard("0.0.0.0", "t0ken")
    host = {"Host": "mock.internal"}
    assert status_of(guard, "10.0.0.7", host) == 401
    assert status_of(guard, "10.0.0.7", {**host, "Authorization": "Bearer wrong"}) == 401
    assert status_of(guard, "10.0.0.7", {**host, "Authorization": "Bearer t0ken"}) == 200


def test_off_loopback_without_a_token_nobody_gets_in() -> None:
    assert status_of(Guard("0.0.0.0", None), "127.0.0.1", {**LOCAL, "Authorization": "Bearer "}) == 401
