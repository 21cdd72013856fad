"""The recipes for QA, each run as it is written, with the output it promises."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_server.domain.clock import ManualClock, from_text
from mock_server.settings import Settings
from mock_server.web.app import create_app
from mock_server.web.server import BackgroundServer

RECIPES = Path(__file__).resolve().parents[2] / "README.md"
SECTION = re.compile(r"^## Recipes\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
RECIPE = re.compile(r"^### (?P<title>[^\n]+)\n(?P<text>.*?)(?=^### |\Z)", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MOCK = "http://127.0.0.1:8080"  # where the recipes find it


def recipes() -> dict[str, list[tuple[str, str]]]:
    """The fenced blocks of each recipe, as language and text, by the recipe's title."""
    section = SECTION.search(RECIPES.read_text(encoding="utf-8"))
    found = RECIPE.finditer(section[1]) if section else ()
    return {recipe["title"]: BLOCK.findall(recipe["text"]) for recipe in found}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    app = create_app(Settings(), ManualClock(from_text("2026-06-15T12:00:00Z")))
    with BackgroundServer(app, options=app.options()) as running:
        yield running.url


def test_there_is_a_recipe_for_each_need() -> None:
    assert len(recipes()) >= 10
    for title, blocks in recipes().items():
        assert [language for language, _ in blocks] == ["sh", "text"], title


@pytest.mark.parametrize("title", list(recipes()))
def test_a_recipe_prints_what_it_says(title: str, server: str, tmp_path: Path) -> None:
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here")
    (_, script), (_, printed) = recipes()[title]
    command = ["bash", "-uc", script.replace(MOCK, server)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert ([line.rstrip() for line in done.stdout.splitlines()], done.stderr) == (
        [line.rstrip() for line in printed.splitlines()],
        "",
    )
