"""The console: QA runs the laboratory from a browser.

Its pages lie at the paths of the control plane: a browser, which asks for text/html, is shown one where a program gets
JSON. Nothing behind this module is imported before the first page is asked for.
"""

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import Any

from mock_server.domain.steps import Steps
from mock_server.server.reply import Reply
from mock_server.web.control.call import ControlCall
from mock_server.web.control.inbox import SIGNED, show_signed
from mock_server.web.control.route import ControlRoute, Handler
from mock_server.web.control.spread import STREAMS, gathered, ordered
from mock_server.web.control.turns import in_thread, in_turns


def _page(module: str, name: str) -> Handler:
    """What answers with a page, of a module that is imported when it is first needed."""
    page: Handler | None = None

    def handler(call: ControlCall, **places: Any) -> Reply | Steps[Reply]:
        if page:
            return page(call, **places)
        return in_thread(partial(_prepared, call, module, name), lambda found: shown(found, call, places))

    def shown(found: Handler, call: ControlCall, places: dict[str, Any]) -> Reply:
        nonlocal page
        page = found  # by now all of its module is there, not only its beginning
        made = page(call, **places)
        return made if isinstance(made, Reply) else in_turns(made)

    handler.__name__ = f"console_{module}_{name}"
    return handler


def _prepared(call: ControlCall, module: str, name: str) -> Handler:
    """The page, once what it needs is there: modules, templates, routes; each takes longer than others should wait."""
    found: Handler = getattr(import_module(f"{__name__}.{module}"), name)
    import_module(f"{__name__}.frame").environment()
    import_module(f"{__name__}.orders").routes(call.plane.routes)
    return found


PAGES: Mapping[str, Handler] = MappingProxyType(
    {
        "/keys": _page("keys", "overview"),
        "/keys/<key>": _page("keys", "one"),
        "/clock": _page("clock", "page"),
        "/faults": _page("faults", "page"),
        "/faults/<identifier>": _page("faults", "one"),
        "/scenario": _page("scenarios", "page"),
        "/requests": _page("requests", "page"),
        "/requests/<int:entry_id>": _page("requests", "one"),
        "/requests/unmatched": _page("requests", "misses"),
        "/requests/violations": _page("requests", "violations"),
        "/shipments": _page("shipments", "page"),
        "/shipments/<text>": _page("shipments", "one"),
        "/webhooks": _page("webhooks", "page"),
        "/deliveries": _page("webhooks", "deliveries"),
        "/deliveries/<delivery_id>": _page("webhooks", "delivery"),
        "/inbox": _page("webhooks", "inboxes"),
        "/inbox/<name>": _page("webhooks", "inbox"),
        "/report": _page("report", "page"),
    }
)
"""What a browser is shown at paths where programs get JSON."""

ROUTES = (
    ControlRoute("GET", "/", _page("keys", "overview")),
    ControlRoute("GET", "/try", _page("trying", "page")),
    ControlRoute("GET", "/docs", _page("contract", "page")),
    ControlRoute("GET", "/docs/guides/", _page("contract", "contents")),
    ControlRoute("GET", "/docs/guides/images/<name>", _page("contract", "image")),
    ControlRoute("GET", "/docs/guides/<name>", _page("contract", "guide")),
    ControlRoute("GET", "/console/assets/<name>", _page("assets", "asset")),
    ControlRoute("GET", "/console/keys", _page("keys", "listed"), spread=gathered("keys", "opened", limit=100)),
    ControlRoute("GET", "/console/known", _page("keys", "known"), asks=True),
    ControlRoute("GET", "/console/requests", _page("requests", "listed"), spread=gathered("requests", "id", limit=101)),
    ControlRoute("GET", "/console/report", _page("report", "listed"), spread=gathered("keys", limit=50, whole=True)),
    ControlRoute("POST", SIGNED, show_signed, asks=True, spread=gathered("signed")),
    ControlRoute("GET", "/console/live", _page("requests", "live"), spread=STREAMS),
    ControlRoute("GET", "/console/verdict", _page("keys", "verdict")),
    ControlRoute("POST", "/console/do", _page("acting", "do"), asks=True, spread=ordered()),
    ControlRoute("POST", "/console/forms/<name>", _page("acting", "fill"), asks=True, spread=ordered()),
    ControlRoute("POST", "/console/preview/<name>", _page("acting", "preview"), asks=True),
    ControlRoute("POST", "/console/try", _page("trying", "send"), asks=True),
)
