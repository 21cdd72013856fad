"""The command line: arguments and environment in, exit code out."""

import sys
from dataclasses import Field, fields, replace
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

import click

from mock_server import __version__
from mock_server.settings import Settings

DONE, WRONG, USAGE, UNREACHABLE = 0, 1, 2, 3  # exit codes; click itself exits with 2 for a wrong command line

SERVE_HELP = """Run the mock on this machine.

\b
Examples:
  trackflow-mock serve
  trackflow-mock serve --port 0 --clock 2026-06-15T09:00:00Z --time-scale 60
  trackflow-mock serve --overlay ours.yaml --default-plan free

Every option can also be set as a variable: --default-plan is TRACKFLOW_MOCK_DEFAULT_PLAN.
"""


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    cli(prog_name="trackflow-mock")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="trackflow-mock")
def cli() -> None:
    """A mock of the TrackFlow shipment-tracking API v2, on your machine.

    \b
    Examples:
      trackflow-mock serve                      the mock on http://127.0.0.1:8080
      trackflow-mock numbers --carrier ups      tracking numbers that force an outcome
      trackflow-mock carriers post              search the 724 carriers
      trackflow-mock keys new --plan free       a key with the Free plan's limits
    """


def settings_options(command: Any) -> Any:
    """One option for each field of Settings."""
    for field in reversed(fields(Settings)):
        command = _option(field)(command)
    return command


def _option(field: Field[Any]) -> Any:
    metadata = dict(field.metadata)
    name = f"--{field.name.replace('_', '-')}"
    options: dict[str, Any] = {"help": metadata["help"], "default": field.default, "show_default": True}
    options["envvar"] = f"TRACKFLOW_MOCK_{field.name.upper()}"
    options["show_envvar"] = False
    if field.type is bool or isinstance(field.default, bool):
        return click.option(name, is_flag=True, **options)
    if "choices" in metadata:
        return click.option(name, type=click.Choice(metadata["choices"]), **options)
    if metadata.get("multiple"):
        return click.option(name, multiple=True, type=click.Path(path_type=Path), metavar=metadata["metavar"], **options)
    kind = type(field.default) if field.default is not None else str
    return click.option(name, type=kind, metavar=metadata.get("metavar"), **options)


@cli.command(help=SERVE_HELP)
@settings_options
def serve(**options: Any) -> None:
    """Run the mock on this machine."""
    from mock_server.contract.documents import DocumentError
    from mock_server.web.app import create_app
    from mock_server.web.server import ServerError, serve as serve_http

    settings = _with_token(Settings(**options))
    try:
        app = create_app(settings)
        serve_http(app, settings.host, settings.port, on_ready=lambda url: print(f"listening on {url}", flush=True))
    except (DocumentError, ServerError, ValueError) as error:
        raise click.ClickException(str(error)) from None


def _with_token(settings: Settings) -> Settings:
    """Off loopback the control plane needs a token; one is made and told if none was given."""
    from mock_server.domain.webhooks import is_loopback

    if settings.admin_token or is_loopback(settings.host):
        return settings
    token = token_urlsafe(24)
    print(f"control plane token: {token}", file=sys.stderr)
    return replace(settings, admin_token=token)


@cli.command()
@click.option("--carrier", metavar="CODE", help="Only this carrier's numbers; any post or courier with numbers of its own.")
def numbers(carrier: str | None) -> None:
    """List the magic tracking numbers and what each does.

    \b
    Examples:
      trackflow-mock numbers
      trackflow-mock numbers --carrier indiapost
    """
    try:
        rows = _foundation().magic.magic_numbers(carrier)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--carrier") from None
    _table([(row.carrier, row.number, row.scenario or "", row.does) for row in rows])


@cli.command()
@click.argument("word", default="")
def carriers(word: str) -> None:
    """Search the directory of carriers by code, name or country; without WORD, list it all.

    \b
    Examples:
      trackflow-mock carriers fedex
      trackflow-mock carriers IN
    """
    found = _foundation().carriers.search(word)
    if not found:
        print(f"no carrier matches {word!r}; try a part of its name or a two-letter country", file=sys.stderr)
        sys.exit(WRONG)
    _table([(each.code, each.name, each.country, each.type, each.tracking_format) for each in found])


@cli.group()
def keys() -> None:
    """Make API keys."""


@keys.command("new")
@click.option("--plan", required=True, metavar="PLAN", help="The plan whose limits the key carries.")
def new_key(plan: str) -> None:
    """Print a key of that plan; any mock accepts it.

    \b
    Example:
      trackflow-mock keys new --plan free
    """
    try:
        name = _foundation().accounts.plan(plan).name
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--plan") from None
    print(f"tf_test_{name}_{token_hex(8)}")


def _foundation() -> Any:
    from mock_server.world import Foundation

    return Foundation(Settings())


def _table(rows: list[tuple[str, ...]]) -> None:
    """Rows in columns as wide as their widest cell, the last one ragged."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
