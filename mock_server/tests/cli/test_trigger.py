"""`trackflow-mock trigger`: what is sent, what is said of it, and how it ends."""

import json
import shutil
import socket
import subprocess

import pytest
from click.testing import CliRunner, Result
from standardwebhooks.webhooks import Webhook

from mock_server.cli import cli
from mock_server.cli.exits import DONE, UNREACHABLE, USAGE, WRONG
from mock_server.tests.sending.receivers import HEADER, SECRET, digest, listening, right

NUMBER = "1Z999AA10123456784"


def trigger(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["trigger", *arguments])


def test_a_delivery_is_signed_sent_and_shown_with_its_answer() -> None:
    with listening(right) as receiver:
        result = trigger("delivered", "--to", receiver.url, "--number", NUMBER, "--secret", SECRET)
    ((headers, body),) = receiver.received
    event = json.loads(body)
    assert result.exit_code == DONE
    assert (event["type"], event["data"]["status"]) == ("tracking.delivered", "delivered")
    assert event["data"]["tracking_number"] == NUMBER
    assert headers[HEADER] == f"sha256={digest(body)}"
    assert headers["Content-Type"] == "application/json"
    assert result.stdout_bytes.count(body) == 1
    assert f"POST {receiver.url}\n" in result.stdout
    assert f"{HEADER}: {headers[HEADER]}\n" in result.stdout
    assert "\n204 No Content in " in result.stdout
    assert SECRET not in result.output


@pytest.mark.parametrize(
    ("arguments", "event_type", "status"),
    [
        (["exception"], "tracking.exception", "exception"),
        (["tracking.exception", "--status", "returned"], "tracking.exception", "returned"),
        (["updated"], "tracking.updated", "in_transit"),
    ],
)
def test_any_event_can_be_triggered(arguments: list[str], event_type: str, status: str) -> None:
    with listening(right) as receiver:
        assert trigger(*arguments, "--to", receiver.url, "--secret", SECRET).exit_code == DONE
    event = json.loads(receiver.received[0][1])
    assert (event["type"], event["data"]["status"]) == (event_type, status)


def test_without_a_secret_the_contract_s_example_is_used_and_told() -> None:
    with listening(lambda *_: 204) as receiver:
        result = trigger("delivered", "--to", receiver.url)
    ((headers, body),) = receiver.received
    secret = result.stderr.split()[6].rstrip(",;")
    assert headers[HEADER] == f"sha256={digest(body, secret)}"


def test_the_secret_may_come_from_the_environment() -> None:
    with listening(right) as receiver:
        runner = CliRunner(env={"TRACKFLOW_MOCK_SECRET": SECRET})
        result = runner.invoke(cli, ["trigger", "delivered", "--to", receiver.url])
    assert result.exit_code == DONE


def test_standard_webhooks_headers_verify_with_their_own_library() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    with listening(lambda *_: 204) as receiver:
        trigger("delivered", "--to", receiver.url, "--secret", secret, "--standard-webhooks")
    ((headers, body),) = receiver.received
    assert Webhook(secret).verify(body, dict(headers.items()))["id"] == headers["webhook-id"]


def test_id_and_timestamp_can_be_chosen() -> None:
    with listening(lambda *_: 204) as receiver:
        trigger("delivered", "--to", receiver.url, "--standard-webhooks", "--timestamp", "1614265330", "--id", "evt_a")
    ((headers, body),) = receiver.received
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("evt_a", "1614265330")
    assert json.loads(body)["id"] == "evt_a"


def test_two_deliveries_have_two_ids_and_the_webhook_id_asked_for() -> None:
    with listening(lambda *_: 204) as receiver:
        for _ in range(2):
            trigger("delivered", "--to", receiver.url, "--webhook-id", "wh_mine")
    events = [json.loads(body) for _, body in receiver.received]
    assert events[0]["id"] != events[1]["id"]
    assert {event["webhook_id"] for event in events} == {"wh_mine"}


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_a_dry_run_sends_nothing_and_prints_a_command_that_does() -> None:
    with listening(right) as receiver:
        result = trigger("delivered", "--to", receiver.url, "--secret", SECRET, "--dry-run")
        assert (result.exit_code, receiver.received) == (DONE, [])
        answered = subprocess.run(["sh", "-c", result.stdout], capture_output=True, text=True, check=True, timeout=300)
    assert answered.stdout.startswith("HTTP/1.1 204")


def test_any_answer_but_a_2xx_is_wrong() -> None:
    with listening(lambda *_: 401) as receiver:
        result = trigger("delivered", "--to", receiver.url)
    assert result.exit_code == WRONG
    assert "401 Unauthorized in " in result.stdout


def test_no_answer_is_wrong() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        result = trigger("delivered", "--to", f"http://127.0.0.1:{server.getsockname()[1]}", "--timeout", "0.1")
    assert result.exit_code == WRONG
    assert "no answer within 0.1 s" in result.stdout


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    result = trigger("delivered", "--to", url)
    assert result.exit_code == UNREACHABLE
    assert f"{url}: no connection: Connection refused" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["delivered"], "Missing option '--to'"),
        (["lost"], "EVENT: 'lost' is no event; there are delivered, exception, updated"),
        (["delivered", "--to", "localhost:5000"], "--to: 'localhost:5000' does not begin with https:// or http://"),
        (["delivered", "--status", "returned"], "--status: status 'returned' comes with tracking.exception"),
        (["delivered", "--number", "??"], "--number: '??' is not a tracking number"),
        (["delivered", "--timestamp", "1"], "add --standard-webhooks"),
        (["delivered", "--standard-webhooks", "--secret", SECRET], "--secret: the secret is not whsec_ and base64"),
        (["delivered", "--secret", ""], "Option '--secret' is empty"),
        (["delivered", "--timeout", "0"], "Invalid value for '--timeout'"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(arguments: list[str], complaint: str) -> None:
    to = [] if "--to" in complaint else ["--to", "http://127.0.0.1:1"]
    result = trigger(*arguments, *to)
    assert result.exit_code == USAGE
    assert complaint in " ".join(result.stderr.split())
