"""Commands that look things up: magic numbers, carriers, keys."""

import sys
from secrets import token_hex
from typing import Any

import click

from mock_server.cli.exits import WRONG
from mock_server.settings import Settings


@click.command()
@click.option(
    "--carrier", metavar="CODE", help="Only this carrier's numbers; any post or courier with numbers of its own."
)
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


@click.command()
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


@click.group()
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
