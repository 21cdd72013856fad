"""`trackflow-mock health`: whether a mock answers, for the health checks of images."""

from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

import click

from mock_server.cli.exits import Unreachable

PATH = "/__admin/health"
PROBLEM = "application/problem+json"


@click.command()
@click.argument("url")
@click.option(
    "--admin-token",
    metavar="TOKEN",
    envvar="TRACKFLOW_MOCK_ADMIN_TOKEN",
    help="The mock's --admin-token; also TRACKFLOW_MOCK_ADMIN_TOKEN.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long an answer may take.",
)
def health(url: str, admin_token: str | None, timeout: float) -> None:
    """Ask the mock at URL whether it is up.

    \b
    Example:
      trackflow-mock health http://127.0.0.1:8080

    Leaves with 0 if it is, 3 if it is not. A mock whose token is not given says that it is up by asking for it.
    """
    secure, host, port = _address(url)
    connection = (HTTPSConnection if secure else HTTPConnection)(host, port, timeout=timeout)
    try:
        connection.request("GET", PATH, headers={"Authorization": f"Bearer {admin_token}"} if admin_token else {})
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException, ValueError) as error:
        from mock_server.sending.address import why_not_connected

        raise Unreachable(f"{url}: {why_not_connected(error, secure=secure)}") from None
    finally:
        connection.close()
    if not _is_up(answer, with_token=admin_token is not None):
        raise Unreachable(f"{url}: {PATH} answers {answer.status} {answer.reason}, which is not a healthy mock's 200")
    click.echo("up")


def _address(url: str) -> tuple[bool, str, int | None]:
    """Whether to speak TLS, and to whom."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise click.BadParameter(f"{url!r}: {error}", param_hint="URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise click.BadParameter(f"{url!r} is no URL like http://127.0.0.1:8080", param_hint="URL")
    return parts.scheme == "https", parts.hostname, port


def _is_up(answer: HTTPResponse, *, with_token: bool) -> bool:
    asks_for_token = answer.status == 401 and answer.headers.get_content_type() == PROBLEM
    return answer.status == 200 or (asks_for_token and not with_token)
