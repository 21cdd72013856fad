"""`/` and `/docs`: the dashboard, the contract's pages and the guides, from local files only."""

import re
from functools import cache, lru_cache
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from mock_server import guides
from mock_server.contract.specification import Specification
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall, Route, refused
from mock_server.web.documentation import Documentation
from mock_server.web.problems import Problem

PAGES = Path(__file__).parents[1] / "pages"
ASSETS = {"style.css": "text/css; charset=utf-8", "dashboard.js": "text/javascript; charset=utf-8"}
HTML = "text/html; charset=utf-8"
# Nothing from elsewhere, nothing written into the page, and no other site around it.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@lru_cache(1)
def contract(specification: Specification) -> str:
    """The contract's pages as HTML."""
    book = Documentation(specification.document)
    return (
        _templates()
        .get_template("docs.html")
        .render(book=book, errors=list(specification.errors), plans=specification.plans)
    )


@cache
def shown(guide: guides.Guide) -> str:
    """A guide as HTML."""
    from mock_server.web.guides import html  # noqa: PLC0415  # its parser costs 50 ms that most runs save

    content = Markup(html(guide.text))  # noqa: S704 - whatever is not Markdown has been escaped
    return _templates().get_template("guide.html").render(guide=guide, content=content)


def dashboard(_: ControlCall) -> Reply:
    return _page((PAGES / "dashboard.html").read_text(encoding="utf-8"))


def docs(call: ControlCall) -> Reply:
    return _page(contract(call.worlds.foundation.specification))


def contents(_: ControlCall) -> Reply:
    return _page(shown(guides.guide(guides.INDEX)))


def guide(_: ControlCall, name: str) -> Reply:
    with refused(LookupError, HTTPStatus.NOT_FOUND):
        return _page(shown(guides.guide(name)))


def asset(_: ControlCall, name: str) -> Reply:
    if name not in ASSETS:
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no page {name!r}")
    return _page((PAGES / name).read_text(encoding="utf-8"), ASSETS[name])


def _templates() -> Environment:
    environment = Environment(loader=FileSystemLoader(PAGES), autoescape=True, trim_blocks=True)
    environment.filters["prose"] = prose
    return environment


def prose(text: str) -> Markup:
    """Text as HTML, with what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - it is escaped first


def _page(text: str, content_type: str = HTML) -> Reply:
    return Reply(HTTPStatus.OK, text.encode(), {"Content-Type": content_type, **HEADERS})


ROUTES = (
    Route("GET", "/", dashboard),
    Route("GET", "/docs", docs),
    Route("GET", "/docs/guides/", contents),
    Route("GET", "/docs/guides/<name>", guide),
    Route("GET", "/pages/<name>", asset),
)
