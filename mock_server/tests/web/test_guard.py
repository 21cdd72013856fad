import pytest

from mock_server.web.callers import Caller, Callers
from mock_server.web.guard import Guard
from mock_server.web.problems import Problem

TOKEN = Callers({"t0ken": Caller("admin")})
LOCAL = {"Host": "127.0.0.1:8080"}


def status_of(guard: Guard, remote: str, headers: dict[str, str], *, reads: bool = False) -> int:
    try:
        guard.check(remote, headers, reads=reads)
    except Problem as problem:
        return problem.status
    return 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080", "LOCALHOST:1"])
def test_on_loopback_the_plane_is_open_to_loopback(host: str) -> None:
    assert status_of(Guard("127.0.0.1", Callers()), "127.0.0.1", {"Host": host}) == 200


def test_on_loopback_another_machine_a_foreign_host_and_a_foreign_origin_are_refused() -> None:
    guard = Guard("127.0.0.1", Callers())
    assert status_of(guard, "10.0.0.7", LOCAL) == 403
    assert status_of(guard, "127.0.0.1", {"Host": "evil.example:8080"}) == 403
    assert status_of(guard, "127.0.0.1", {**LOCAL, "Origin": "https://evil.example"}) == 403
    assert status_of(guard, "127.0.0.1", {**LOCAL, "Origin": "null"}) == 403
    assert status_of(guard, "127.0.0.1", {**LOCAL, "Origin": "http://127.0.0.1:3000"}) == 403
    assert status_of(guard, "127.0.0.1", {**LOCAL, "Origin": "http://127.0.0.1:8080"}) == 200


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded"])
def test_on_loopback_nobody_gets_in_through_a_proxy(name: str) -> None:
    assert status_of(Guard("127.0.0.1", Callers()), "127.0.0.1", {**LOCAL, name: "for=203.0.113.7"}) == 403


@pytest.mark.parametrize("guard", [Guard("127.0.0.1", Callers()), Guard("0.0.0.0", TOKEN)])
def test_a_page_of_another_site_can_link_here_and_do_nothing_else(guard: Guard) -> None:
    headers = {**LOCAL, "Authorization": "Bearer t0ken"}
    for site in ("cross-site", "same-site"):
        link = {**headers, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        assert status_of(guard, "127.0.0.1", link, reads=True) == 200
        assert status_of(guard, "127.0.0.1", link) == 403
        assert status_of(guard, "127.0.0.1", {**link, "Sec-Fetch-Mode": "no-cors"}, reads=True) == 403
    for site in ("none", "same-origin"):
        assert status_of(guard, "127.0.0.1", {**headers, "Sec-Fetch-Site": site}) == 200


def test_off_loopback_the_token_is_needed() -> None:
    guard = Guard("0.0.0.0", TOKEN)
    host = {"Host": "mock.internal"}
    assert status_of(guard, "10.0.0.7", host) == 401
    assert status_of(guard, "10.0.0.7", {**host, "Authorization": "Bearer wrong"}) == 401
    assert status_of(guard, "10.0.0.7", {**host, "Authorization": "Bearer t0ken"}) == 200


def test_what_is_told_to_all_needs_no_token_and_still_no_foreign_page() -> None:
    guard = Guard("0.0.0.0", TOKEN)
    guard.check("10.0.0.7", {"Host": "mock.internal"}, told_to_all=True)
    with pytest.raises(Problem):
        guard.check("10.0.0.7", {"Host": "mock.internal", "Origin": "https://evil.example"}, told_to_all=True)


def test_off_loopback_without_a_token_nobody_gets_in() -> None:
    assert status_of(Guard("0.0.0.0", Callers()), "127.0.0.1", {**LOCAL, "Authorization": "Bearer "}) == 401


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Basic YW55Ym9keTp0MGtlbg==", 200),  # anybody:t0ken
        ("basic OnQwa2Vu", 200),  # :t0ken
        ("Basic dDBrZW4=", 401),  # t0ken, as a name
        ("Basic !!!", 401),
        ("Basic /w==", 401),
        ("bearer t0ken", 200),
        ("Bearer t0ken2", 401),
        ("Bearer ", 401),
        ("t0ken", 401),
        ("Bearer t\u00f6ken", 401),
    ],
)
def test_a_browser_may_send_the_token_as_a_password(authorization: str, status: int) -> None:
    headers = {"Host": "mock.internal", "Authorization": authorization}
    assert status_of(Guard("0.0.0.0", TOKEN), "10.0.0.7", headers) == status


@pytest.mark.parametrize("guard", [Guard("127.0.0.1", Callers(), ["X-Signed"]), Guard("0.0.0.0", TOKEN, ["X-Signed"])])
@pytest.mark.parametrize(
    "mark",
    [
        {"User-Agent": "TrackFlow-Webhooks/2.0"},
        {"User-Agent": "trackflow-webhooks/3 (of another release)"},
        {"User-Agent": "TrackFlow-Webhooks"},
        {"X-Signed": "sha256=00"},
        {"X-Signed": ""},
    ],
)
def test_a_delivery_gets_nowhere_whoever_sent_it_and_whatever_it_knows(guard: Guard, mark: dict[str, str]) -> None:
    headers = {**LOCAL, "Authorization": "Bearer t0ken"}
    assert status_of(guard, "127.0.0.1", headers) == 200
    assert status_of(guard, "127.0.0.1", {**headers, **mark}) == 403
    assert status_of(guard, "127.0.0.1", {**headers, **mark}, reads=True) == 403
