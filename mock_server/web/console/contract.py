"""The contract and the guides, in the console's frame."""

from functools import lru_cache
from http import HTTPStatus

from markupsafe import Markup

from mock_server import guides
from mock_server.contract.specification import Specification
from mock_server.server.reply import Reply
from mock_server.web.console.frame import HEADERS, framed, query_of
from mock_server.web.control.call import ControlCall
from mock_server.web.control.replies import refused
from mock_server.web.documentation import Documentation
from mock_server.web.problems import Problem


def page(call: ControlCall) -> Reply:
    """The contract, each statement with its source; `?q=` and `?source=` say what to look for in it."""
    specification = call.worlds.foundation.specification
    book = _book(specification)
    return framed(
        call,
        "docs.html",
        "Contract",
        f"{book.title} {book.version}",
        book=book,
        errors=list(specification.errors),
        plans=specification.plans,
        **query_of(call, "q", "source"),
    )


def contents(call: ControlCall) -> Reply:
    return _shown(call, guides.guide(guides.INDEX))


def guide(call: ControlCall, name: str) -> Reply:
    with refused(LookupError, HTTPStatus.NOT_FOUND):
        found = guides.guide(name)
    return _shown(call, found)


def image(_: ControlCall, name: str) -> Reply:
    """A picture of a guide."""
    folder = guides.FOLDER / "images"
    if name not in {path.name for path in folder.glob("*.png")}:
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no picture {name!r}")
    return Reply(HTTPStatus.OK, (folder / name).read_bytes(), {"Content-Type": "image/png", **HEADERS})


def _shown(call: ControlCall, found: guides.Guide) -> Reply:
    return framed(call, "guide.html", "Guides", found.title, guide=found, content=_content(found))


@lru_cache(1)
def _book(specification: Specification) -> Documentation:
    return Documentation(specification.document)


@lru_cache(64)
def _content(found: guides.Guide) -> Markup:
    from mock_server.web.guides import html  # noqa: PLC0415 - its parser costs 50 ms that most runs save

    return Markup(html(found.text))  # noqa: S704 - whatever is not Markdown has been escaped
