"""The pages of docs/, which come with the package: what there is, and the text of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from contract_tests.contract.loading import DATA

FOLDER = DATA / "docs"
INDEX = "index"
_ENTRY = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<name>[\w-]+)\.md\): (?P<about>.+)$", re.MULTILINE)
_COMMENT = re.compile(r"^<!--.*?-->\n", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Guide:
    """One page: the name that it is asked for by, its title, and what it is about."""

    name: str
    title: str
    about: str

    @property
    def text(self) -> str:
        """The page as Markdown, without the marks that only this project's tests read."""
        return _COMMENT.sub("", (FOLDER / f"{self.name}.md").read_text(encoding="utf-8"))


def guides() -> list[Guide]:
    """Every page, in the order of the index, which comes first itself."""
    index = (FOLDER / f"{INDEX}.md").read_text(encoding="utf-8")
    entries = (Guide(found["name"], found["title"], found["about"]) for found in _ENTRY.finditer(index))
    return [Guide(INDEX, "Pages", "this list"), *entries]


def guide(name: str) -> Guide:
    """The page of that name, in any case and with or without `.md`; LookupError names the nearest."""
    there = {each.name: each for each in guides()}
    asked = name.lower().removesuffix(".md")
    if asked in there:
        return there[asked]
    near = next(_nearest(asked, list(there.values())), None)
    fix = f"did you mean {near!r}?" if near else f"there are {', '.join(there)}"
    raise LookupError(f"there is no page {name[:40]!r}; {fix}")


def _nearest(asked: str, there: list[Guide]) -> Iterator[str]:
    """Names that may have been meant: misspelt, or a word of the page's own."""
    yield from get_close_matches(asked, [each.name for each in there], n=1)
    yield from (each.name for each in there if asked and asked in f"{each.name} {each.title} {each.about}".lower())
