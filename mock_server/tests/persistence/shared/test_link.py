"""The connection to a store: what is wrong with one is told, and one that is away holds nobody up."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from socket import SHUT_RDWR, create_server
from threading import Thread

import pytest

from mock_server.contract.errors import ApiError
from mock_server.persistence.shared.address import StoreAddress
from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.link import Link, StoreScript
from mock_server.tests import valkeys

ONE = StoreScript("return tonumber(ARGV[1]) + #KEYS")


def link_to(url: str, patience: float = 30.0) -> Link:
    return Link(StoreAddress.read(url), patience)


def test_a_script_is_one_answer(store_url: str) -> None:
    link = link_to(store_url)
    link.check()
    assert link.run(ONE, ["a", "b"], 5) == 7
    link.close()


def test_nobody_there_is_told_so() -> None:
    with pytest.raises(StoreAwayError, match=r"the store valkey://127\.0\.0\.1:\d+/0 cannot be reached"):
        link_to(f"valkey://:s3cret@127.0.0.1:{valkeys.free_port()}").check()


def test_another_server_is_told_so() -> None:
    with create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError):  # once nobody listens any more
                while True:  # the client may try a lost connection once more
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(4096)
                        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        Thread(target=answer, daemon=True).start()
        with pytest.raises(ValueError, match="is no Valkey or Redis"):
            link_to(f"valkey://127.0.0.1:{listening.getsockname()[1]}").check()
        listening.shutdown(SHUT_RDWR)


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    with valkeys.running() as url:
        valkeys.asked(url, "CONFIG", "SET", "requirepass", "0pen")
        yield url


@pytest.mark.parametrize(
    ("login", "complaint"),
    [("", "asks for a password; write valkey://:PASSWORD@HOST"), (":s3cret@", "user or password is wrong")],
)
def test_a_store_that_does_not_let_us_in_says_why(locked: str, login: str, complaint: str) -> None:
    with pytest.raises(ValueError, match="is not to be had") as caught:
        link_to(locked.replace("://", f"://{login}")).check()
    assert complaint in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_password_opens_it(locked: str) -> None:
    link = link_to(locked.replace("://", "://:0pen@"))
    link.check()
    assert link.run(ONE, [], 1) == 1
    link.close()


def test_a_database_that_there_is_not_is_told(valkey: str) -> None:
    with pytest.raises(ValueError, match="DB index is out of range"):
        link_to(f"{valkey}/999").check()


def test_a_store_that_is_away_is_asked_no_more_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with valkeys.server() as server:
        link = link_to(valkeys.url_of(server))
        assert link.run(ONE, [], 1) == 1
        server.stop()
        for _ in range(3):
            with pytest.raises(StoreAwayError, match="does not answer"):
                link.run(ONE, [], 1)
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        server.start()
        with pytest.raises(StoreAwayError):  # who watches says when it is back
            link.run(ONE, [], 1)
        assert link.watch(ONE, [], 1) == 1
        assert link.run(ONE, [], 1) == 1
        assert "answers again" in caplog.text
        link.close()


def test_what_the_store_is_too_full_for_is_refused_as_if_it_were_away(store_url: str) -> None:
    store = valkeys.store_at(store_url)
    store.load("tf_test_free_a")
    store.link.problem = "the store does not answer: it is full"
    with pytest.raises(ApiError) as caught:
        store.forget("tf_test_free_a")
    assert caught.value.code == "carrier_unavailable"
    assert caught.value.retry_after == 1.0
