"""`trackflow-mock openapi`: the contract as tools read it, without a server."""

import json
from pathlib import Path

import click

from mock_server.cli.exits import Unusable


@click.command()
@click.option("--soft", is_flag=True, help="For generators that strict schemas defeat; lets more through.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["openapi", "asyncapi", "arazzo"]),
    default="openapi",
    show_default=True,
    help="The contract; its webhooks alone; or a tour of it.",
)
@click.option("--overlay", "overlays", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="OpenAPI Overlay to apply first; repeatable.")  # fmt: skip
@click.option(
    "--origin", default="http://127.0.0.1:8080", show_default=True, metavar="URL", help="Where the mock will be."
)
def openapi(*, soft: bool, form: str, overlays: tuple[Path, ...], origin: str) -> None:
    """Print the contract for generators, viewers and linters. A running mock serves it at /__admin/openapi.json.

    \b
    Examples:
      trackflow-mock openapi > openapi.json
      trackflow-mock openapi --soft > for-openapi-generator.json
      trackflow-mock openapi --as asyncapi > webhooks.json
    """
    from contract_tests.contract.files import DocumentError
    from mock_server.settings import Settings
    from mock_server.web.documents import FORMS, openapi_document
    from mock_server.world import Foundation

    if soft and form != "openapi":
        raise click.UsageError(f"--soft is for --as openapi; there is one form of {form}")
    try:
        foundation = Foundation(Settings(overlay=overlays))
    except (DocumentError, ValueError) as error:
        raise Unusable(str(error)) from None
    base = origin.rstrip("/")
    document = openapi_document(foundation, base, soft=True) if soft else FORMS[form](foundation, base)
    print(json.dumps(document, ensure_ascii=False, indent=2))
