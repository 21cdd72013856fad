"""`/` and `/docs`: the dashboard and the contract's pages, from local files only."""

import re
from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Response
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

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
        environment = Environment(loader=FileSystemLoader(PAGES), autoescape=True, trim_blocks=True)
        environment.filters["prose"] = prose
        book = Documentation(specification.document)
        page = environment.get_template("docs.html")
        return page.render(book=book, errors=list(specification.errors), plans=specification.plans)

    @plane.blueprint.get("/")
    def dashboard() -> Response:
        return _page((PAGES / "dashboard.html").read_text(encoding="utf-8"))

    @plane.blueprint.get("/docs")
    def docs() -> Response:
        return _page(contract())

    @plane.blueprint.get("/pages/<name>")
    def asset(name: str) -> Response:
        if name not in ASSETS:
            raise Problem(HTTPStatus.NOT_FOUND, f"there is no page {name!r}")
        return _page((PAGES / name).read_text(encoding="utf-8"), ASSETS[name])


def prose(text: str) -> Markup:
    """Text as HTML, with what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - it is escaped first


def _page(text: str, content_type: str = HTML) -> Response:
    return Response(text, content_type=content_type, headers=HEADERS)
