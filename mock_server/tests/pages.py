"""README, CONTRIBUTING and docs/ as tests read them: their headings, links and examples."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]

FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
EXCUSE = re.compile(r"<!-- not run: (?P<reason>[^\n]+) -->\n$")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block; `printed` is the block of text that stands below it, `excuse` says why it is not run."""

    page: Path
    heading: str
    language: str
    code: str
    printed: str | None
    excuse: str | None

    def __str__(self) -> str:
        return f"{self.page.name}: {self.heading}: {self.code.strip().splitlines()[0]}"


def examples(page: Path) -> Iterator[Fence]:
    """Every example of the page, in order; output that stands below one belongs to it."""
    text = page.read_text(encoding="utf-8")
    blocks = list(FENCE.finditer(text))
    for block, following in zip_longest(blocks, blocks[1:]):
        if block["language"] == "text":
            continue
        before = text[: block.start()]
        excuse = EXCUSE.search(before)
        printed = following["code"] if following and following["language"] == "text" else None
        yield Fence(
            page, titles(before)[-1], block["language"], block["code"], printed, excuse["reason"] if excuse else None
        )


def titles(text: str) -> list[str]:
    """The headings of a page's text, code left out."""
    return [found["title"] for found in HEADING.finditer(FENCE.sub("", text))]


def links(page: Path) -> list[str]:
    """Where the page's links lead, as they are written."""
    return [found["target"] for found in LINK.finditer(FENCE.sub("", page.read_text(encoding="utf-8")))]


def anchor(title: str) -> str:
    """A heading's fragment, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
