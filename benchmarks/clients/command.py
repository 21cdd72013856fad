"""What the command lines that try one thing after another have in common."""

import argparse
import shutil
from pathlib import Path

MOST_LINES = 12


def add_places(parser: argparse.ArgumentParser, *, cache: str, kept: str, installed: str) -> None:
    """`--keep` and `--tools`, with what their help says; `cache` is the folder of tools if none is named."""
    parser.add_argument("--keep", type=Path, metavar="DIR", help=f"where {kept}")
    parser.add_argument(
        "--tools",
        type=Path,
        metavar="DIR",
        default=Path.home() / ".cache" / "trackflow-mock" / cache,
        help=f"where {installed} installed (%(default)s)",
    )


def emptied(folder: Path) -> Path:
    """The folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def shortened(text: str) -> str:
    """The last lines of what a tool said."""
    lines = text.strip().splitlines()
    return "\n".join([*(["..."] if len(lines) > MOST_LINES else []), *lines[-MOST_LINES:]])
