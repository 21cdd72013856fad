"""`trackflow-mock capsule`: a session as one file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_server.cli.exits import Unreachable, Unusable

if TYPE_CHECKING:
    from mock_server.capsules.form import Capsule
    from mock_server.capsules.replaying import Replay

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def capsule() -> None:
    """One file that reproduces a session under a key: what it began with, and what came to it.

    \b
    Examples:
      trackflow-mock capsule save bug.tfcap --key tf_test_growth_1
      trackflow-mock capsule show bug.tfcap --html bug.html
      trackflow-mock capsule export bug.tfcap --as pytest -o test_bug.py
      trackflow-mock replay bug.tfcap

    Keys, webhook secrets and other credentials are replaced. See `trackflow-mock docs client-lab`.
    """


@capsule.command()
@click.argument("file", type=FILE)
@click.option(
    "--url",
    default="http://127.0.0.1:8080",
    show_default=True,
    envvar="TRACKFLOW_ADMIN_URL",
    metavar="URL",
    help="The running mock.",
)
@click.option(
    "--key", envvar="TRACKFLOW_API_KEY", metavar="KEY", help="Whose session; the mock's only key if not given."
)
@click.option("--admin-token", metavar="TOKEN", envvar="TRACKFLOW_MOCK_ADMIN_TOKEN", help="That mock's admin token.")
@click.option("--anonymise", is_flag=True, help="Replace tracking numbers by others of the same carriers.")
def save(file: Path, *, url: str, key: str | None, admin_token: str | None, anonymise: bool) -> None:
    """Save what has been done under a key of a running mock to FILE.

    \b
    Examples:
      trackflow-mock capsule save bug.tfcap
      trackflow-mock capsule save bug.tfcap --url http://127.0.0.1:8080 --key tf_test_growth_1

    Leaves with 1 if the mock no longer knows how the session began, 2 for a wrong command line, 3 without a mock.
    """
    from mock_server.capsules import form
    from mock_server.control_client import ControlPlane, SteeringError
    from mock_server.counting import counted

    plane = ControlPlane(url.removesuffix("/").removesuffix("/__admin"), token=admin_token)
    try:
        taken = plane.get("/capsule", key=key or _only_key(plane), anonymise=int(anonymise) or None)
    except SteeringError as error:
        if error.status is None:
            raise Unreachable(str(error)) from None
        if error.status == 409:
            raise click.ClickException(str(error)) from None
        raise Unusable(str(error)) from None
    try:
        form.save(file, taken)
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from None
    requests = sum("status" in item for item in taken["story"])
    print(f"{file}: {counted(requests, 'request')}, {file.stat().st_size} bytes")


def _only_key(plane: Any) -> str:
    keys = [each["key"] for each in plane.get("/keys")["keys"]]
    if len(keys) != 1:
        told = f"{len(keys)} keys are in use" if keys else "no key has been used"
        raise click.UsageError(f"{told}; say with --key whose session to save.")
    return str(keys[0])


@capsule.command()
@click.argument("file", type=FILE)
@click.option("--html", type=FILE, metavar="OUT", help="Write it as one page that loads nothing.")
def show(file: Path, html: Path | None) -> None:
    """Show what is in the capsule in FILE.

    \b
    Examples:
      trackflow-mock capsule show bug.tfcap
      trackflow-mock capsule show bug.tfcap --html bug.html

    Answers are got by a replay, so the page has them only where the mock has the same contract.
    """
    from mock_server.capsules import showing

    shown = read(file)
    if html is None:
        print(showing.text(shown))
        return
    from mock_server.capsules import page

    again, why = None, ""
    try:
        again = _replayed(shown)
    except Unusable as error:
        why = error.message
    _write(html, page.page(shown, again, why))
    print(f"{html}: {html.stat().st_size} bytes")


@capsule.command()
@click.argument("file", type=FILE)
@click.option(
    "--as",
    "form",
    required=True,
    type=click.Choice(("curl", "pytest", "har")),
    help="A shell script of curl, a test for pytest, or an HTTP archive (HAR 1.2).",
)
@click.option("--output", "-o", type=FILE, metavar="OUT", help="Where it goes; standard output if not given.")
def export(file: Path, form: str, output: Path | None) -> None:
    """Write the session in the capsule in FILE in the form of another tool.

    \b
    Examples:
      trackflow-mock capsule export bug.tfcap --as curl | sh
      trackflow-mock capsule export bug.tfcap --as pytest -o test_bug.py
      trackflow-mock capsule export bug.tfcap --as har > bug.har
    """
    from mock_server.capsules.exporting import exported

    shown = read(file)
    text = exported(shown, _replayed(shown), form)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)


def _replayed(shown: "Capsule") -> "Replay":
    from mock_server.capsules.replaying import replay

    with usable():
        return replay(shown)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}") from None


def read(file: Path) -> "Capsule":
    """The capsule in a file."""
    from mock_server.capsules import form

    with usable():
        return form.load(file)


@contextmanager
def usable() -> Iterator[None]:
    """What is done with a capsule meanwhile; Unusable if it cannot be done with this one."""
    from contract_tests.contract.files import DocumentError
    from mock_server.capsules.form import CapsuleError
    from mock_server.contract.forms import FormError
    from mock_server.settings import SettingError

    try:
        yield
    except (CapsuleError, FormError, DocumentError, SettingError) as error:
        raise Unusable(str(error)) from None
