"""`trackflow.intercept()`: what Python clients of this process send to the API's own host."""

import asyncio
import gc
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path

import aiohttp
import anyio._backends._asyncio  # noqa: F401 - as httpcore
import httpcore  # noqa: F401 - else httpx does, while the mock's thread imports: 3.11's ast then fails now and then
import httpx
import pytest
import requests

from mock_server.settings import Settings
from mock_server.testing.running import AttachedMock, RunningMock
from mock_server.testing.sandbox import Sandbox

URL = "https://api.trackflow.io/v2/track/1Z204E380338943508"
WIRED = {"X-API-Key": "tf_live_sk_xxxxxxxxxxxxxxxxxxxx"}
PROGRAM = Path(__file__).parent.parent / "unchanged" / "programs" / "with_http_client.py"


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with RunningMock(Settings()) as running:
        yield running


@pytest.fixture(scope="module", params=["in this process", "elsewhere"])
def either(request: pytest.FixtureRequest, mock: RunningMock) -> Iterator[RunningMock | AttachedMock]:
    if request.param == "in this process":
        yield mock
    else:
        with AttachedMock(mock.url) as attached:
            yield attached


@pytest.fixture
def sandbox(either: RunningMock | AttachedMock) -> Iterator[Sandbox]:
    with either.sandbox() as made:
        yield made


async def by_aiohttp() -> int:
    async with aiohttp.ClientSession(headers=WIRED) as session, session.get(URL) as answer:
        return answer.status


async def by_httpx() -> int:
    async with httpx.AsyncClient(headers=WIRED, trust_env=False) as client:
        return (await client.get(URL)).status_code


def by_http_client() -> int:
    connection = HTTPSConnection("api.trackflow.io", timeout=20)
    connection.request("GET", "/v2/track/1Z204E380338943508", headers=WIRED)
    status = connection.getresponse().status
    connection.close()
    return status


# The clients' event loops end before the TLS below them has said goodbye. What they leave behind is tidied up here, or
# a later test would be told of it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_clients_reach_the_sandbox_with_the_key_they_have_wired_in(sandbox: Sandbox) -> None:
    with sandbox.intercept():
        assert requests.get(URL, headers=WIRED, timeout=20).status_code == 200
        assert asyncio.run(by_aiohttp()) == 200
        assert asyncio.run(by_httpx()) == 200
        assert by_http_client() == 200
        subprocess.run([sys.executable, PROGRAM], check=True, capture_output=True, timeout=60)
    assert [each.status for each in sandbox.requests] == [200] * 5
    gc.collect()


def test_it_is_undone(sandbox: Sandbox) -> None:
    before = dict(os.environ), socket.getaddrinfo, ssl.SSLContext.wrap_bio, list(sys.meta_path)
    connects = "connect" in vars(socket.socket)
    with sandbox.intercept():
        assert socket.getaddrinfo is not before[1]
    assert (dict(os.environ), socket.getaddrinfo, ssl.SSLContext.wrap_bio, list(sys.meta_path)) == before
    assert ("connect" in vars(socket.socket)) == connects


def test_it_is_undone_after_a_failure_too(sandbox: Sandbox) -> None:
    before = dict(os.environ), socket.getaddrinfo
    with pytest.raises(ZeroDivisionError), sandbox.intercept():
        raise ZeroDivisionError
    assert (dict(os.environ), socket.getaddrinfo) == before


def test_faults_strike_and_a_broken_connection_is_one(sandbox: Sandbox) -> None:
    sandbox.fail("carrier_unavailable", times=1)
    with sandbox.intercept():
        assert requests.get(URL, headers=WIRED, timeout=20).status_code == 503
        sandbox.spoil({"type": "CONNECTION_RESET_BY_PEER"}, times=1)
        with pytest.raises(requests.ConnectionError):
            requests.get(URL, headers=WIRED, timeout=20)
        sandbox.spoil({"type": "truncate_body", "bytes": 40}, times=1)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            requests.get(URL, headers=WIRED, timeout=20)
        assert requests.get(URL, headers=WIRED, timeout=20).status_code == 200


def test_a_key_that_names_a_plan_opens_its_own_sandbox(mock: RunningMock) -> None:
    with mock.sandbox() as sandbox, sandbox.intercept():
        requests.get(URL, headers={"X-API-Key": "tf_test_free_chosen"}, timeout=20)
        requests.get(URL, headers={"X-API-Key": "tf_test_revoked_1"}, timeout=20)
        assert sandbox.requests == []


def test_other_hosts_are_reached_as_before(sandbox: Sandbox, mock: RunningMock) -> None:
    with sandbox.intercept():
        assert requests.get(f"{mock.url}/__admin/health", timeout=20).ok
        assert socket.getaddrinfo("127.0.0.1", 443)[0][4] == ("127.0.0.1", 443)


def test_one_test_after_the_other_has_its_own(mock: RunningMock) -> None:
    with requests.Session() as session:
        for _ in range(2):
            with mock.sandbox() as sandbox, sandbox.intercept():
                assert session.get(URL, headers=WIRED, timeout=20).ok
                assert len(sandbox.requests) == 1
