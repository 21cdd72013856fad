"""`trackflow-mock serve`: one option for each setting."""

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import Field, fields, replace
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from mock_server.cli.exits import Unreachable, Unusable
from mock_server.cli.logs import configure, say
from mock_server.settings import MEMORY, SettingError, Settings

if TYPE_CHECKING:
    from mock_server.sharing.joining import Share
    from mock_server.web.mock import Mock

START = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from {package}.worker import worker; worker()"
SERVE_HELP = """Run the mock on this machine.

\b
Examples:
  trackflow-mock serve
  trackflow-mock serve --port 0 --clock 2026-06-15T09:00:00Z --time-scale 60
  trackflow-mock serve --overlay ours.yaml --default-plan free

Every option can also be set as a variable: --default-plan is TRACKFLOW_MOCK_DEFAULT_PLAN.
"""


def settings_options(command: Any) -> Any:
    """One option for each field of Settings."""
    for field in reversed(fields(Settings)):
        command = setting_option(field)(command)
    return command


def setting_option(field: Field[Any]) -> Any:
    """The option of the command line for that setting."""
    metadata = dict(field.metadata)
    name = flag(field.name)
    options: dict[str, Any] = {"help": metadata["help"], "default": field.default, "show_default": True}
    options["envvar"] = f"TRACKFLOW_MOCK_{field.name.upper()}"
    options["show_envvar"] = False
    if field.type is bool or isinstance(field.default, bool):
        return click.option(name, is_flag=True, **options)
    if "choices" in metadata:
        return click.option(name, type=click.Choice(metadata["choices"]), **options)
    if metadata.get("multiple"):
        each = metadata.get("each", click.Path(path_type=Path))
        return click.option(name, multiple=True, type=each, metavar=metadata["metavar"], **options)
    kind: Any = type(field.default) if field.default is not None else str
    if "least" in metadata:
        ranged = click.IntRange if kind is int or metadata.get("whole") else click.FloatRange
        kind = ranged(metadata["least"], metadata.get("most"))
    if metadata.get("auto"):
        kind = _OrAuto(metadata["least"], metadata["most"])
    return click.option(name, type=kind, metavar=metadata.get("metavar"), **options)


class _OrAuto(click.IntRange):
    """A number, or `auto` for that of the cores that this process may use."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "auto":
            value = min(cores(), self.max or 1)
        if not str(value).lstrip("-").isdecimal():
            self.fail(f"{value!r} is neither a number nor auto", param, ctx)
        return super().convert(value, param, ctx)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


@click.command(help=SERVE_HELP)
@settings_options
def serve(**options: Any) -> None:
    """Run the mock on this machine."""
    gc.disable()  # nothing of what starting up makes is garbage
    configure(options["log_format"], sys.stderr)
    with refusals():
        settings, made = _with_token(Settings(**options))
        if settings.workers == 1:
            _alone(settings, made)
        else:
            _shared(settings, made)


@contextmanager
def refusals() -> Iterator[None]:
    """What cannot be served, and why, as the command line tells it."""
    from contract_tests.contract.files import DocumentError
    from mock_server.certificates.authority import CertificateError
    from mock_server.persistence.shared.away import StoreAwayError
    from mock_server.server.listening import ListenError

    try:
        yield
    except SettingError as error:
        raise click.BadParameter(error.problem, param_hint=flag(error.name)) from None
    except (DocumentError, ListenError, CertificateError, ValueError) as error:
        raise Unusable(str(error)) from None
    except StoreAwayError as error:
        raise Unreachable(str(error)) from None


def _alone(settings: Settings, made: str | None) -> None:
    """Serve in this process."""
    from mock_server.cli.doors import doors
    from mock_server.server.serving import serve as serve_http
    from mock_server.web.front import Front
    from mock_server.web.mock import Mock

    mock = Mock(settings)
    front = Front(mock)
    share = _share(mock)
    served = doors(mock, front, os.environ, share)
    if share:  # others answer meanwhile, and the first calls that come here wait for nothing
        mock.warm()
        front.made()
    serve_http(
        served.answer,
        settings.host,
        settings.port,
        on_ready=partial(_ready, token=made, then=Thread(target=mock.warm, daemon=True).start),
        options=served.options,
    )
    mock.close()


def _share(mock: "Mock") -> "Share | None":
    """The part of this process in a mock of several instances, if it is one."""
    if mock.worlds.foundation.settings.store == MEMORY:
        return None
    from mock_server.sharing.instances import InstanceShare

    return InstanceShare(mock)


def _shared(settings: Settings, made: str | None) -> None:
    """Let processes of their own serve, and see to them."""
    from mock_server.sharing.workers import run

    # With the modules that this process has, wherever it has them from.
    command = [sys.executable, "-c", START.format(package=__package__), json.dumps(sys.path)]
    code = run(settings, command, on_ready=partial(_ready, token=made, then=lambda: None))
    if code:
        sys.exit(code)


def _ready(*urls: str, token: str | None, then: Callable[[], object]) -> None:
    """Say so; then do what can wait."""
    if token:
        say(f"control plane token: {token}")
    for url in urls:
        print(f"listening on {url}", flush=True)
    here = urls[0].replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
    say(f"console: {here}/__admin/")
    from mock_server.server.collecting import considerate

    considerate()
    then()


def _with_token(settings: Settings) -> tuple[Settings, str | None]:
    """Off loopback the control plane needs a token: the settings with one, and the token if it had to be made."""
    from mock_server.domain.loopback import is_loopback

    if settings.admin_token or settings.admin_token_file or is_loopback(settings.host):
        return settings, None
    token = token_urlsafe(24)
    return replace(settings, admin_token=token), token
