"""README and docs/ say what is so, and lead to what is there."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mock_server.cli import cli
from mock_server.tests.doc_tables import TABLES, rewritten
from mock_server.tests.pages import DOCS, PAGES, ROOT, anchor, examples, links, titles
from mock_server.web.app import MockServer

README = ROOT / "README.md"
MOST_LINES = 200
URLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("urls", {})
NOT_OURS = {".git", ".venv", "build", "dist", "licences", "node_modules"}
WRITTEN = {".css", ".html", ".ini", ".js", ".json", ".md", ".mjs", ".py", ".toml", ".txt", ".yaml", ".yml"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_those_of_the_contract_and_the_settings(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert rewritten(text) == text, "the tables are old; run `make tables`"


def test_every_table_is_in_one_page() -> None:
    marks = [mark for page in PAGES for mark in re.findall(r"<!-- table: (\w+) -->", page.read_text(encoding="utf-8"))]
    assert sorted(marks) == sorted(TABLES)


def test_every_control_path_is_in_its_page(app: MockServer) -> None:
    text = (DOCS / "control-plane.md").read_text(encoding="utf-8")
    for rule in app.url_map.iter_rules():
        path = rule.rule.removeprefix("/__admin")
        if path != rule.rule and not path.startswith("/console/"):  # those are parts of its pages
            words = [word for word in path.split("/") if word and not word.startswith("<")]
            assert all(f"/{word}" in text for word in words), rule.rule


def test_every_command_and_option_is_in_a_page() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    found = dict(_commands(cli, "trackflow-mock"))
    assert len(found) > 15
    assert [name for name in found if name not in text] == []
    for name, command in found.items():
        for each in command.params:
            assert isinstance(each, click.Argument) or any(form in text for form in each.opts), f"{name} {each.opts}"


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for each in command.list_commands(context):
        below = command.get_command(context, each)
        assert below is not None
        yield from _commands(below, f"{name} {each}")


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for link in links(page):
        target, _, fragment = _here(link).partition("#")
        if re.match(r"\w+:", target):
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{page.name} links to {link}, which is not there"
        assert ROOT in (file, *file.parents), f"{page.name} links to {link}, outside the repository"
        if fragment:
            assert fragment in map(anchor, titles(file.read_text(encoding="utf-8"))), f"{page.name} links to {link}"


def _here(link: str) -> str:
    """The link, if it names this repository by its address, as a path below its root."""
    for url in URLS.values():
        for kind in ("blob", "tree"):
            found = re.fullmatch(rf"{re.escape(url.rstrip('/'))}/{kind}/[^/]+/(?P<path>.+)", link)
            if found:
                return str(ROOT / found["path"])
    return link


def test_the_index_leads_to_every_page_and_the_readme_to_the_index() -> None:
    pages = {path.name for path in DOCS.glob("*.md")} - {"index.md"}
    assert {link.partition("#")[0] for link in links(DOCS / "index.md")} == pages
    assert any(_here(link).endswith("docs/index.md") for link in links(README))


def test_code_that_contributors_are_shown_is_in_the_repository() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in _files() if path.suffix in {".py", ".yaml"})
    shown = [example for example in examples(ROOT / "CONTRIBUTING.md") if example.language in {"python", "yaml"}]
    assert len(shown) > 3
    for example in shown:
        assert example.code.rstrip("\n") in code, example


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_path_of_the_repository_that_a_page_names_is_there(page: Path) -> None:
    folders = "|".join(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isidentifier()))
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists() and not path.startswith(("dist/", "report/"))] == []
    assert len(named) > 50 or page.name != "architecture.md"


def test_a_name_that_the_map_places_in_a_file_is_defined_there() -> None:
    placed = re.findall(r"`([\w.]+)` in `([\w/]+\.py)`", (DOCS / "architecture.md").read_text(encoding="utf-8"))
    assert len(placed) > 20
    for name, file in placed:
        code = (ROOT / file).read_text(encoding="utf-8")
        for part in name.split("."):
            assert re.search(rf"\b(?:def|class) {part}\b", code) or file.endswith(f"/{part}.py"), f"{name} in {file}"


def test_a_word_of_the_glossary_is_one_of_the_code_where_it_says() -> None:
    words = re.findall(
        r"^\| ([a-z ]+) \| .* \| `([\w/]+\.py)` \|$", (DOCS / "architecture.md").read_text("utf-8"), re.M
    )
    assert len(words) > 25
    for word, file in words:
        names = re.findall(
            r"(?:\b(?:class|def) |^ *(?:self\.)?)(\w+)\b(?= ?[(:=])", (ROOT / file).read_text("utf-8"), re.MULTILINE
        )
        plain = {name.lower().replace("_", "") for name in [*names, Path(file).stem, Path(file).parent.name]}
        assert any(word.replace(" ", "") in name for name in plain), f"{word} is not in {file}"


def test_a_test_that_contributors_are_told_of_is_there() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    tests = "\n".join(path.read_text(encoding="utf-8") for path in _files() if path.name.startswith("test_"))
    assert [name for name in named if f"def {name}(" not in tests] == []
    assert named


def test_the_map_has_every_room() -> None:
    drawn = next(examples(DOCS / "architecture.md")).code
    for package in (ROOT / "mock_server").iterdir():
        if (package / "__init__.py").exists() and package.name != "tests":
            assert re.search(rf"^  {package.name}/ ", drawn, re.MULTILINE), f"architecture.md lacks {package.name}/"


def test_no_file_cites_a_document_that_is_not_in_the_repository() -> None:
    names = {path.name for path in _files() if path.suffix == ".md"}
    # What a test writes for itself is not cited: it is in a string beside code that makes it.
    lost = {
        f"{path.relative_to(ROOT)}: {cited}"
        for path in _files()
        for cited in re.findall(r"[\w-]+\.md\b", path.read_text(encoding="utf-8"))
        if cited not in names
    }
    assert lost == set()


def test_no_sentence_appeals_to_a_document_by_a_shouted_name() -> None:
    """As in "the order of THE-PAPER's checks", where nobody who has cloned this has such a paper."""
    shouted = re.compile(r"\b(?:as|by|with|says|in|of|see|What) ([A-Z]{5,})(?:'s|\.md| has| promises| says| section)")
    known = {path.stem for path in _files()} | {"HTTP", "OWASP", "JSON"}
    lost = {
        f"{path.relative_to(ROOT)}: {found}"
        for path in _files()
        if path.suffix in {".py", ".md"}
        for found in shouted.findall(path.read_text(encoding="utf-8"))
        if found not in known
    }
    assert lost == set()


def _files() -> Iterator[Path]:
    """Every text that people wrote for this repository."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.suffix in WRITTEN and path.is_file() and not any(p in NOT_OURS or p.endswith("_cache") for p in parts):
            yield path
