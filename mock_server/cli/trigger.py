"""`trackflow-mock trigger`: one signed delivery."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from mock_server.cli.exits import DONE, WRONG, Unreachable
from mock_server.cli.receiver import address, parameter, pause, secret_option, timeout_option, webhook_id_option

if TYPE_CHECKING:
    from mock_server.receivers.client import DeliveryRequest
    from mock_server.sending.address import ReceiverAnswer


@click.command()
@click.argument("event")
@click.option("--to", "url", required=True, metavar="URL", help="The receiver.")
@click.option("--number", metavar="N", help="Tracking number the event is about; a magic one if not given.")
@click.option(
    "--status", metavar="STATUS", help="Status the event gives, like returned; the event's usual one if not given."
)
@secret_option
@click.option("--standard-webhooks", is_flag=True, help="Send the three headers of Standard Webhooks too.")
@click.option("--timestamp", type=int, metavar="SECONDS", help="webhook-timestamp in Unix seconds; now if not given.")
@click.option(
    "--id",
    "event_id",
    metavar="ID",
    help="The event's id; a new one if not given. Give one twice to send a repetition.",
)
@webhook_id_option
@timeout_option
@click.option("--dry-run", is_flag=True, help="Print the delivery as a curl command and send nothing.")
def trigger(url: str, event_id: str | None, *, dry_run: bool, **asked: Any) -> None:
    """Deliver one signed EVENT (delivered, exception or updated) to a receiver; no mock needs to run.

    \b
    Examples:
      trackflow-mock trigger delivered --to http://127.0.0.1:5000/hooks/trackflow
      trackflow-mock trigger exception --status returned --number 1Z999AA10123456784 --to URL --secret whsec_...
      trackflow-mock trigger updated --to URL --dry-run | sh

    Leaves with 0 for a 2xx, 1 for any other answer or none, 3 if nobody listens.
    """
    from mock_server.domain.clock import SystemClock
    from mock_server.domain.webhooks.events import event_id as drawn_id
    from mock_server.receivers.client import ReceiverConnection, as_curl

    receiver = address("--to", url)
    now = SystemClock().now()
    delivery, timeout = _ordered(now=now, event_id=event_id or drawn_id(0, now), **asked)
    if dry_run:
        click.echo(as_curl(url, delivery).encode())
        return
    print(f"{delivery.method} {url}")
    _show(delivery.headers.items(), delivery.body)
    with ReceiverConnection(receiver, timeout, perf_counter, pause) as line:
        answer = line.post(delivery)
    if not answer.reached:
        raise Unreachable(f"{url}: {answer.problem}")
    _show_answer(answer)
    sys.exit(DONE if answer.status and 200 <= answer.status < 300 else WRONG)


def _ordered(
    *,
    now: float,
    event: str,
    number: str | None,
    status: str | None,
    secret: str | None,
    standard_webhooks: bool,
    timestamp: int | None,
    event_id: str,
    webhook_id: str | None,
    timeout: float | None,
) -> "tuple[DeliveryRequest, float]":
    """The delivery that was asked for, and how long its answer may take."""
    from mock_server.contract.errors import ApiError
    from mock_server.receivers.client import DeliveryRequest
    from mock_server.receivers.sample_event import SampleEvents
    from mock_server.settings import Settings
    from mock_server.world import Foundation

    if secret == "":
        raise click.UsageError("Option '--secret' is empty: give the secret that the receiver verifies with.")
    sample_events = SampleEvents(Foundation(Settings()))
    event_type = parameter("EVENT", sample_events.event_type, event)
    status = parameter("--status", sample_events.status, event_type, status)
    try:
        shipment = sample_events.number(number, status)
    except ApiError as error:
        raise click.BadParameter(error.detail or str(error), param_hint="--number") from None
    if secret is None:
        secret = sample_events.secret
        click.echo(f"signing with the contract's example secret, {secret}; --secret takes yours", err=True)
    told = sample_events.event(shipment, status, now, event_id, webhook_id or sample_events.webhook_id)
    body = sample_events.events.body(told)
    if timestamp is not None and not standard_webhooks:
        raise click.UsageError("--timestamp is a header of Standard Webhooks; add --standard-webhooks")
    terms = replace(sample_events.terms, standard=standard_webhooks)
    at = now if timestamp is None else timestamp
    headers = parameter("--secret", terms.signed_headers, secret, told.id, body, at)
    return DeliveryRequest(body, headers), timeout or terms.rules.timeout_seconds


def _show(headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """Headers, an empty line, and the body if there is one."""
    for name, value in headers:
        print(f"{name}: {value}")
    print()
    if body:
        click.echo(body + b"\n")


def _show_answer(answer: "ReceiverAnswer") -> None:
    if answer.status is None:
        print(answer.problem)
        return
    print(f"{answer.status} {answer.reason} in {answer.seconds * 1000:.0f} ms")
    _show(answer.headers.items(), answer.body)
