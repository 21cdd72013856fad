"""Give the mock's documents to their tools: `python -m benchmarks.tools --help`."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.clients.command import add_places, emptied, shortened
from benchmarks.clients.workshop import Workshop
from benchmarks.packages import ToolMissingError
from benchmarks.tools import mocks, readers
from benchmarks.tools.trial import NotSeenError, ToolTrial
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock

NPM = {
    "typescript": "5.9.3",
    "@redocly/cli": "2.77.0",
    "@stoplight/spectral-cli": "6.16.3",
    "@asyncapi/parser": "3.6.6",
    "openapi-to-postmanv2": "6.3.3",
    "newman": "6.2.2",
    "@stoplight/prism-cli": "5.14.2",
    "@mockoon/cli": "9.9.0",
    "specmatic": "2.55.1",
    "swagger-ui-dist": "5.35.0",
    "redoc": "2.5.4",
    "@scalar/api-reference": "1.46.4",
}
TOOLS: Mapping[str, tuple[Callable[[ToolTrial], str], str]] = {
    "openapi-spec-validator": (readers.spec_validator, ""),
    "redocly": (readers.redocly, "@redocly/cli"),
    "redocly-respect": (readers.redocly_respect, "@redocly/cli"),
    "spectral": (readers.spectral, "@stoplight/spectral-cli"),
    "asyncapi-parser": (readers.asyncapi_parser, "@asyncapi/parser"),
    "swagger-ui": (partial(readers.viewer, "swagger-ui"), "swagger-ui-dist"),
    "redoc": (partial(readers.viewer, "redoc"), "redoc"),
    "scalar": (partial(readers.viewer, "scalar"), "@scalar/api-reference"),
    "postman-newman": (mocks.postman, "openapi-to-postmanv2"),
    "prism-static": (mocks.prism_static, "@stoplight/prism-cli"),
    "prism-dynamic": (mocks.prism_dynamic, "@stoplight/prism-cli"),
    "mockoon": (mocks.mockoon, "@mockoon/cli"),
    "specmatic": (mocks.specmatic, "specmatic"),
}


def main() -> None:
    """Run the command line; 0 if every tool that is here does what it should, 1 if one does not or none is here."""
    options = _parser().parse_args()
    shop = Workshop(options.tools.resolve(), NPM)
    names = [name for name in TOOLS if not options.only or name in options.only.split(",")]
    failed = missing = 0
    with tempfile.TemporaryDirectory(prefix="trackflow-tools-") as scratch, RunningMock(Settings()) as mock:
        for name in names:
            trial = ToolTrial(shop, mock.url, emptied((options.keep or Path(scratch)).resolve() / name))
            trial.fetch()
            see, package = TOOLS[name]
            try:
                told = see(trial)
            except ToolMissingError as error:
                missing += 1
                told = f"not tried: {error}"
            except subprocess.CalledProcessError as error:
                failed += 1
                told = f"FAILED: {shortened(error.output or str(error))}"
            except (NotSeenError, subprocess.TimeoutExpired) as error:
                failed += 1
                told = f"FAILED: {error}"
            print(f"{name:23} {NPM.get(package, ''):8} {told}", flush=True)
    print(f"{len(names) - failed - missing} tools do what they should, {failed} do not, {missing} were not tried")
    sys.exit(1 if failed or missing == len(names) else 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tools",
        description="Give the mock's own documents to linters, viewers and other mocks.",
    )
    parser.add_argument("--only", metavar="NAMES", help=f"some of {', '.join(TOOLS)}")
    add_places(parser, cache="documents", kept="documents, logs and screenshots stay", installed="the tools are")
    return parser


if __name__ == "__main__":
    main()
