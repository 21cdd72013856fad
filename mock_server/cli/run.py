"""`trackflow-mock run`: somebody's command, unchanged, against a mock."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from mock_server.cli.exits import Unreachable, Unusable
from mock_server.cli.logs import configure
from mock_server.cli.serve import flag, setting_option
from mock_server.settings import SettingError, Settings

if TYPE_CHECKING:
    from mock_server.control_client import ControlPlane
    from mock_server.testing.running import AttachedMock, RunningMock

# What a mock of the command's own can be told; a running one can be told the first two for a sandbox.
STEERED = ("scenario", "clock")
OWN = (*STEERED, "time_scale", "seed", "overlay", "snapshot", "strict", "webhook_allow", "webhook_retry")
JOURNAL = 10_000  # requests that are counted exactly

RUN_HELP = """Run a command so that its calls to https://api.trackflow.io reach a mock.

\b
Examples:
  trackflow-mock run -- pytest tests/
  trackflow-mock run --fault '{"fault": {"type": "error", "code": "carrier_unavailable"}, "times": 2}' -- node app.mjs
  trackflow-mock run --plan free --scenario slow --timeout 60 -- ./gradlew test
  trackflow-mock run --mock http://127.0.0.1:8080 -- curl https://api.trackflow.io/v2/carriers

The mock is the command's own, with a sandbox that also takes the calls under a key that is wired in. Leaves with the
command's exit status: 128 and the signal that ended it, 124 past the time limit, 127 if there is no such command.
The command also finds TRACKFLOW_BASE_URL, TRACKFLOW_API_KEY and TRACKFLOW_ADMIN_URL. See `trackflow-mock docs
unchanged-clients`.
"""


def own_options(command: Any) -> Any:
    """The options of `serve` that a mock of one's own takes."""
    for field in reversed([each for each in fields(Settings) if each.name in OWN]):
        command = setting_option(field)(command)
    return command


@click.command(help=RUN_HELP, context_settings={"allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND [ARGS]...")
@click.option("--plan", metavar="PLAN", help="The plan of the command's sandbox.")
@click.option("--key", metavar="KEY", help="The key of the command's sandbox; a new one if not given.")
@click.option("--mock", "url", metavar="URL", help="A running mock to use instead of one of the command's own.")
@click.option("--admin-token", metavar="TOKEN", envvar="TRACKFLOW_MOCK_ADMIN_TOKEN", help="That mock's admin token.")
@click.option("--fault", "faults", multiple=True, metavar="JSON", help="A fault rule for the sandbox; repeatable.")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="How long the command may take."
)
@click.option("--offline", is_flag=True, help="Refuse other hosts, but for those of this machine.")
@own_options
@click.pass_context
def run(
    context: click.Context,
    /,
    *,
    command: tuple[str, ...],
    plan: str | None,
    key: str | None,
    url: str | None,
    admin_token: str | None,
    faults: tuple[str, ...],
    timeout: float | None,
    offline: bool,
    **options: Any,
) -> None:
    """Run a command against a mock."""
    from mock_server.certificates.authority import CertificateError
    from mock_server.commands.process import NoCommandError
    from mock_server.commands.running import run_in
    from mock_server.proxy.entrances import Outside
    from mock_server.proxy.upstream import Upstream

    configure("text", sys.stderr)
    if plan and key:
        raise click.UsageError("--plan and --key both choose the sandbox; give one of them.")
    rules = [_rule(text) for text in faults]
    try:
        outside = Outside(None if offline else Upstream.of(os.environ))
    except ValueError as error:
        raise Unusable(str(error)) from None
    with _mock(context, url, admin_token, options) as mock:
        plane = _sandbox(mock.url, plan, key, admin_token if url else None)
        _steer(plane, rules, options if url else {})
        try:
            with mock.entrance(plane.key or "", outside) as entrance:
                ending = run_in(entrance, command, os.environ, limit=timeout)
        except CertificateError as error:
            raise Unusable(str(error)) from None
        except NoCommandError as error:
            print(f"trackflow-mock: {error}", file=sys.stderr)
            sys.exit(error.status)
        if ending.out_of_time:
            print(f"trackflow-mock: the command was ended, its {timeout:g} seconds were over", file=sys.stderr)
        print(f"trackflow-mock: {_tally(plane, mine=not url)}", file=sys.stderr)
    sys.exit(ending.status)


def _rule(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not JSON: {error}", param_hint="--fault") from None


@contextmanager
def _mock(
    context: click.Context, url: str | None, token: str | None, options: dict[str, Any]
) -> "Iterator[RunningMock | AttachedMock]":
    """A mock of the command's own, or the one that runs already."""
    from contract_tests.contract.files import DocumentError
    from mock_server.testing.running import AttachedMock, RunningMock

    if url:
        given = [name for name in options if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
        settled = [flag(name) for name in given if name not in STEERED]
        if settled:
            raise click.UsageError(f"{', '.join(settled)} cannot change a running mock; leave out --mock, or these.")
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise click.BadParameter(f"{url!r} is no URL of a mock, like http://127.0.0.1:8080", param_hint="--mock")
        with AttachedMock(url, token) as attached:
            yield attached
        return
    try:
        own = RunningMock(Settings(port=0, journal_size=JOURNAL, **options))
    except SettingError as error:
        raise click.BadParameter(error.problem, param_hint=flag(error.name)) from None
    except (DocumentError, ValueError) as error:
        raise Unusable(str(error)) from None
    with own:
        yield own


def _sandbox(url: str, plan: str | None, key: str | None, token: str | None) -> "ControlPlane":
    """The control plane of the command's sandbox."""
    from mock_server.control_client import ControlPlane, SteeringError

    try:
        if key is None:
            key = ControlPlane(url, token=token).post("/keys", {"plan": plan} if plan else {})["key"]
        plane = ControlPlane(url, key, token)
        plane.get("/clock")
    except SteeringError as error:
        if error.status is None:
            raise Unreachable(str(error)) from None
        raise click.BadParameter(str(error), param_hint="--plan" if plan else "--key" if key else "--mock") from None
    return plane


def _steer(plane: "ControlPlane", rules: list[Any], options: dict[str, Any]) -> None:
    """Shape the sandbox: on a running mock with scenario and clock; with fault rules, which a scenario ends."""
    from mock_server.control_client import SteeringError

    hint = "--scenario"
    try:
        if scenario := options.get("scenario"):
            file = Path(scenario)
            named = not file.suffix and not file.is_file()
            plane.put("/scenario", {"name": scenario} if named else {"document": file.read_text(encoding="utf-8")})
        hint = "--clock"
        if instant := options.get("clock"):
            plane.put("/clock", {"action": "set", "instant": instant})
        hint = "--fault"
        for rule in rules:
            plane.post("/faults", rule)
    except (SteeringError, OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(str(error), param_hint=hint) from None


def _tally(plane: "ControlPlane", *, mine: bool) -> str:
    """What the command did: everything on a mock of its own, or its sandbox's part."""
    from mock_server.commands.running import Tally
    from mock_server.control_client import ControlPlane, SteeringError

    try:
        return str(Tally.of(ControlPlane(plane.url) if mine else plane))
    except SteeringError as error:
        return str(error)
