"""The frame around every page: navigation, the key and the clock that it is about, and what browsers may do with it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from mock_server.domain.clock import to_text
from mock_server.domain.steps import Steps
from mock_server.own_paths import CONTROL_PREFIX
from mock_server.server.reply import Reply
from mock_server.version import __version__
from mock_server.web.callers import LOCAL
from mock_server.web.console.orders import ConsoleCall, place
from mock_server.web.control.call import ControlCall
from mock_server.web.control.clock import reading
from mock_server.web.control.turns import in_turns
from mock_server.world import journals

HTML = "text/html; charset=utf-8"
PIECES = 20  # of a page, which are written in one step of a turn
# Nothing from elsewhere, nothing written into the page, and no other site around it.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with none at all, browsers send forms with Origin: null
    "Cache-Control": "no-store",
    "Vary": "Accept",
}


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of the navigation; `keyed` pages are about the key that is chosen."""

    name: str
    path: str
    keyed: bool = True


NAVIGATION = (
    MenuEntry("Keys", "/", keyed=False),
    MenuEntry("Try it", "/try"),
    MenuEntry("Clock", "/clock"),
    MenuEntry("Faults", "/faults"),
    MenuEntry("Scenarios", "/scenario"),
    MenuEntry("Requests", "/requests"),
    MenuEntry("Shipments", "/shipments"),
    MenuEntry("Webhooks", "/webhooks"),
    MenuEntry("Report", "/report"),
    MenuEntry("Contract", "/docs"),
    MenuEntry("Guides", "/docs/guides/"),
)


MOST_KNOWN = 200  # keys that are proposed


def framed(call: ControlCall, template: str, here: str, title: str, **shown: Any) -> Reply:
    """A whole page; `here` is the entry of the navigation that it belongs to."""
    key = shown.pop("key", call.key)
    world = call.about(key).seen_world() if key else None
    clock = world.clock if world else call.worlds.clock
    frame = {
        "title": title,
        "here": here,
        "key": key,
        "keys": [world.account.key for world in call.worlds.all()[-MOST_KNOWN:]],
        "navigation": NAVIGATION,
        "now": clock.now(),
        "clock": reading(clock),
        "version": __version__,
        "changes": call.worlds.changes.count,
        "newest": journals.newest(call.worlds, key),
    }
    return in_turns(_written(call, template, frame | shown))


def _written(call: ControlCall, template: str, shown: dict[str, Any]) -> Steps[Reply]:
    pieces = []
    for count, piece in enumerate(environment().get_template(template).generate(**_common(call, shown), **shown)):
        pieces.append(piece)
        if not count % PIECES:
            yield
    return _reply("".join(pieces))


def html(call: ControlCall, template: str, **shown: Any) -> Reply:
    """A template as a reply."""
    return _reply(rendered(call, template, **shown))


def _reply(text: str) -> Reply:
    return Reply(HTTPStatus.OK, text.encode("utf-8", "backslashreplace"), {"Content-Type": HTML, **HEADERS})


def rendered(call: ControlCall, template: str, **shown: Any) -> str:
    """A template's text, with what every one of them can say."""
    return environment().get_template(template).render(**_common(call, shown), **shown)


def _common(call: ControlCall, shown: dict[str, Any]) -> dict[str, Any]:
    """What every template can say, beside what it is shown."""
    key = shown.pop("key", call.key)
    return {
        "key": key,
        "origin": call.origin,
        "token": call.caller is not LOCAL,
        "several": call.ask_all is not None,
        "control": ConsoleCall,
        "to": lambda path, **query: link(path, **{"key": key, **query}),
    }


def link(path: str, **query: Any) -> str:
    """An address of the console; what is None is left out."""
    asked = {name: value for name, value in query.items() if value not in {None, ""}}
    return f"{CONTROL_PREFIX}{path}{'?' * bool(asked)}{urlencode(asked)}"


@cache
def environment() -> Environment:
    """The templates, ready to be written; everything in them is escaped unless it is Markup."""
    made = Environment(
        loader=PackageLoader(__package__ or "", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {"prose": prose, "instant": to_text, "place": place, "pretty": pretty, "span": span, "slug": slug}
    made.globals |= {"link": link}
    for name in made.list_templates():
        made.get_template(name)
    return made


def prose(text: str) -> Markup:
    """Text as HTML, with what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - it is escaped first


def slug(text: str) -> str:
    """A text as an element's id: never empty, never two for one text."""
    return re.sub(r"[^A-Za-z0-9-]", lambda found: f"_{ord(found[0]):x}", text)


def pretty(text: str) -> str:
    """JSON with a line for each member; anything else as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def span(seconds: float) -> str:
    """So many seconds in words."""
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            rest = seconds % size
            smaller = {"d": (3_600, "h"), "h": (60, "min"), "min": (1, "s")}[word]
            more = f" {int(rest // smaller[0])} {smaller[1]}" if rest >= smaller[0] else ""
            return f"{int(seconds // size)} {word}{more}"
    return f"{seconds:.0f} s"


def query_of(call: ControlCall, *names: str) -> Mapping[str, str]:
    """What a page's address says, by name, empty where it says nothing."""
    return {name: call.query.get(name, "").strip() for name in names}
