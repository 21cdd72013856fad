"""`/` and `/docs`: the dashboard, the contract's pages and the guides, from local files only."""

import re
from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Response
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from mock_server import guides
from mock_server.web.control.plane import Plane
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


def register(plane: Plane) -> None:
    specification = plane.worlds.foundation.specification

    @cache
    def contract() -> str:
        book = Documentation(specification.document)
        return (
            _templates()
            .get_template("docs.html")
            .render(book=book, errors=list(specification.errors), plans=specification.plans)
        )

    @cache
    def shown(guide: guides.Guide) -> str:
        from mock_server.web.guides import html  # noqa: PLC0415  # its parser costs 50 ms that most runs save

        content = Markup(html(guide.text))  # noqa: S704 - whatever is not Markdown has been escaped
        return _templates().get_template("guide.html").render(guide=guide, content=content)

    @plane.blueprint.get("/")
    def dashboard() -> Response:
        return _page((PAGES / "dashboard.html").read_text(encoding="utf-8"))

    @plane.blueprint.get("/docs")
    def docs() -> Response:
        return _page(contract())

    @plane.blueprint.get("/docs/guides/")
    def contents() -> Response:
        return _page(shown(guides.guide(guides.INDEX)))

    @plane.blueprint.get("/docs/guides/<name>")
    def guide(name: str) -> Response:
        try:
            return _page(shown(guides.guide(name)))
        except LookupError as error:
            raise Problem(HTTPStatus.NOT_FOUND, str(error)) from None

    @plane.blueprint.get("/pages/<name>")
    def asset(name: str) -> Response:
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


def _page(text: str, content_type: str = HTML) -> Response:
    return Response(text, content_type=content_type, headers=HEADERS)
