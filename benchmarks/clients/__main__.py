"""Make clients, compile them, run a program with each: `python -m benchmarks.clients --help`."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.clients.command import add_places, emptied, shortened
from benchmarks.clients.kinds import KINDS, Kind
from benchmarks.clients.workshop import Workshop
from benchmarks.packages import ToolMissingError
from mock_server.settings import Settings
from mock_server.testing.running import RunningMock
from mock_server.world import Foundation

SCENARIOS = ("002", "404", "429", "503")
EXPECTED = {
    "batch": [True, False],
    "webhook": ["wh_", ["delivered"]],
    "deleted": 204,
    "limited": [429, "rate_limit_exceeded", True, True],
    "down": [503, "carrier_unavailable", True],
}
# What generators call what has no name of its own.
MADE_UP = re.compile(r"Inline|Model\d|AnyOf|OneOf|AllOf|Inner$|(?<!\d)\d$", re.IGNORECASE)


def main() -> None:
    """Run the command line; 0 if every client that could be made works, 1 if one does not or none could be made."""
    options = _parser().parse_args()
    options.tools.mkdir(parents=True, exist_ok=True)
    shop = Workshop(options.tools.resolve())
    kinds = [kind for kind in KINDS if not options.only or kind.name in options.only.split(",")]
    failed, missing = 0, []
    with tempfile.TemporaryDirectory(prefix="trackflow-clients-") as scratch, RunningMock(Settings()) as mock:
        for kind in kinds:
            form = options.form or kind.form
            folder = emptied((options.keep or Path(scratch)).resolve() / kind.name)
            try:
                told = _tried(kind, shop, mock.url, folder, soft=form == "soft")
            except ToolMissingError as error:
                missing.append(kind.name)
                told = f"not tried: {error}"
            except (subprocess.CalledProcessError, WrongAnswerError) as error:
                failed += 1
                told = f"FAILED: {shortened(getattr(error, 'output', None) or str(error))}"
            print(f"{kind.name:20} {form:7} {told}", flush=True)
    print(f"{len(kinds) - failed - len(missing)} clients work, {failed} do not, {len(missing)} were not tried")
    sys.exit(1 if failed or len(missing) == len(kinds) else 0)


class WrongAnswerError(Exception):
    """A client was made, and was not told what the mock says."""


def _tried(kind: Kind, shop: Workshop, url: str, folder: Path, *, soft: bool) -> str:
    document = folder / "openapi.json"
    document.write_bytes(urllib.request.urlopen(f"{url}/__admin/openapi.json?soft={int(soft)}").read())
    base = json.loads(document.read_text())["servers"][0]["url"]
    line = kind.make(shop, document, folder)
    names = sorted(set(_names(folder, kind.models)))
    made_up = [name for name in names if MADE_UP.search(name)]
    if made_up or not names:
        raise WrongAnswerError(f"names that nobody gave: {', '.join(made_up) or 'none at all'}")
    foundation = Foundation(Settings())
    numbers = [foundation.magic.magic_number("ups", scenario) for scenario in SCENARIOS]
    told = json.loads(shop.run([*line, base, f"tf_test_growth_{kind.name}", *numbers], folder).splitlines()[-1])
    track, count = told.pop("track"), told.pop("carriers")
    if told != EXPECTED or track[:2] != ["in_transit", "ups"] or count < 700:
        raise WrongAnswerError(f"was told {told}, {track}, {count} carriers")
    return f"{len(names)} types; track, batch, carriers, webhook made and deleted, 429 and 503 as they should be"


def _names(folder: Path, models: str) -> Iterator[str]:
    """The types that were generated: the names of their files or, where one file has them all, what it exports."""
    for path in folder.glob(models):
        if "*" in models:
            yield path.stem
        else:
            text = path.read_text()
            yield from re.findall(r"^export (?:type|interface|const|enum) (\w+)", text, re.MULTILINE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.clients",
        description="Generate clients from the mock's own document, compile them, and run a program with each.",
    )
    parser.add_argument("--only", metavar="NAMES", help=f"some of {', '.join(kind.name for kind in KINDS)}")
    parser.add_argument("--form", choices=("strict", "soft"), help="give every generator this form of the document")
    add_places(
        parser,
        cache="clients",
        kept="the clients stay; otherwise they are thrown away",
        installed="generators and compilers are",
    )
    return parser


if __name__ == "__main__":
    main()
