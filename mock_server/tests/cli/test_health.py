"""`trackflow-mock health` tells a mock that answers from anything else."""

import socket
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

import mock_server
from mock_server.cli import cli

TOKEN = "a-token-of-many-letters"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with mock_server.running() as sandbox:
        yield sandbox.url


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    with mock_server.running(admin_token=TOKEN) as sandbox:
        yield sandbox.url


def health(*arguments: str, token: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["health", *arguments], env={"TRACKFLOW_MOCK_ADMIN_TOKEN": token})
    return done.exit_code, done.output


def test_a_mock_that_answers_is_up(mock: str) -> None:
    assert health(mock) == (0, "up\n")
    assert health(mock + "/") == (0, "up\n")


def test_a_guarded_mock_is_up_with_its_token_and_without_one(guarded: str) -> None:
    assert health(guarded, "--admin-token", TOKEN)[0] == 0
    assert health(guarded, token=TOKEN)[0] == 0
    assert health(guarded)[0] == 0


def test_a_wrong_token_is_told(guarded: str) -> None:
    code, told = health(guarded, token="another-token-of-many-letters")
    assert code == 3
    assert "401" in told


def test_nobody_there_is_3() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can have the port
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        code, told = health(url)
    assert (code, told) == (3, f"Error: {url}: Connection refused\n")


def test_a_server_that_says_nothing_is_3_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code, told = health(f"http://127.0.0.1:{silent.getsockname()[1]}", "--timeout", "0.05")
    assert code == 3
    assert "timed out" in told


def test_the_base_url_that_clients_are_given_does_as_well(mock: str) -> None:
    assert health(mock + "/v2")[0] == 0


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999", "http://["])
def test_what_is_no_url_is_a_wrong_command_line(url: str) -> None:
    code, told = health(url)
    assert code == 2
    assert url in told
