"""The command line: arguments and environment in, exit code out."""

import errno
import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from mock_server.cli.exits import WRONG, Unusable
from mock_server.version import __version__

# How writing to standard output fails; other files are written by those who can name them.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})

COMMANDS = (
    "serve",
    "run",
    "explore",
    "score",
    "capsule",
    "replay",
    "ca",
    "numbers",
    "carriers",
    "keys",
    "trigger",
    "certify",
    "health",
    "openapi",
    "docs",
)
TOGETHER = {"numbers": "lookups", "carriers": "lookups", "keys": "lookups"}
"""The modules of commands that have none of their own name."""


class Commands(click.Group):
    """Commands that are imported when they are asked for: serving needs one of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__package__}.{TOGETHER.get(cmd_name, cmd_name)}"), cmd_name)
        return command


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    try:
        try:
            cli(prog_name="trackflow-mock")
        finally:
            if sys.stdout:  # None if it was closed before we began
                sys.stdout.flush()
    except OSError as error:
        if error.errno == errno.ENOENT and error.filename is None:  # as tempfile has it, and nobody else
            _refuse("no folder for temporary files can be written; mount one at /tmp, or name one by TMPDIR")
        if error.errno not in FULL | {errno.EPIPE}:
            raise
        # Or Python tries once more at its exit, and complains in words of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:  # who read along has read enough
            sys.exit(WRONG)
        _refuse(f"standard output: {error.strerror}")


def _refuse(why: str) -> NoReturn:
    refusal = Unusable(why)
    refusal.show()
    sys.exit(refusal.exit_code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="trackflow-mock")
def cli() -> None:
    """A mock of the TrackFlow shipment-tracking API v2, on your machine.

    \b
    Examples:
      trackflow-mock serve                      the mock on http://127.0.0.1:8080
      trackflow-mock run -- pytest tests/       a command, unchanged, against a mock of its own
      trackflow-mock explore -- python sync.py  a command under every failure that the API can have
      trackflow-mock score -- pytest tests/     tests of a client, told every lie that the API could tell
      trackflow-mock capsule save bug.tfcap     a session as one file, which replay reproduces
      trackflow-mock numbers --carrier ups      tracking numbers that force an outcome
      trackflow-mock carriers post              search the 724 carriers
      trackflow-mock keys new --plan free       a key with the Free plan's limits
      trackflow-mock trigger delivered --to URL one signed webhook delivery, without a server
      trackflow-mock certify URL --secret S     attack a webhook receiver
      trackflow-mock health URL                 whether a mock is up there
      trackflow-mock openapi --soft             the contract, for generators of clients
      trackflow-mock docs faults                a page of the documentation
    """
