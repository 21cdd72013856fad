"""What the commands about a webhook receiver share: its address, its secret, and how long it is waited for."""

from collections.abc import Callable
from threading import Event
from typing import Any

import click

PAUSE_SECONDS = 0.1  # between the pieces of a body that is sent slowly
SECRET_VARIABLE = "TRACKFLOW_MOCK_SECRET"  # noqa: S105 - the name of a variable

secret_option = click.option(
    "--secret", metavar="SECRET", envvar=SECRET_VARIABLE, help=f"The webhook's secret; also {SECRET_VARIABLE}."
)
webhook_id_option = click.option(
    "--webhook-id", metavar="ID", help="The webhook_id in the event, for receivers that choose the secret by it."
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How long an answer may take; the contract's 10 if not given.",
)


def address(hint: str, url: str) -> Any:
    """The URL as somewhere to deliver to."""
    from mock_server.sending.address import Address

    return parameter(hint, Address, url)


def parameter(hint: str, read: Callable[..., Any], *values: Any) -> Any:
    """What `read` makes of a parameter; its ValueError is a wrong command line."""
    try:
        return read(*values)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=hint) from None


def pause() -> object:
    """What passes between the pieces of a body."""
    return Event().wait(PAUSE_SECONDS)
