"""The keys: all of them, and everything about one on one screen."""

from itertools import islice
from typing import Any

from mock_server.server.reply import Reply
from mock_server.web.console.clock import moves
from mock_server.web.console.frame import framed
from mock_server.web.console.orders import get, place, shown
from mock_server.web.control.call import ControlCall
from mock_server.web.control.keys import facts

MOST_LISTED = 100
NEWEST = 8  # requests and deliveries on a key's own screen


def overview(call: ControlCall) -> Reply:
    """Every key in use, newest first, and a form for another; `?q=` keeps those that contain it."""
    sought = call.query.get("q", "").strip()
    worlds = [world for world in reversed(call.worlds.all()) if sought.lower() in world.account.key.lower()]
    specification = call.worlds.foundation.specification
    return framed(
        call,
        "keys.html",
        "Keys",
        "Keys",
        rows=[facts(world) for world in worlds[:MOST_LISTED]],
        more=max(0, len(worlds) - MOST_LISTED),
        q=sought,
        plans=specification.plans,
        default_plan=call.worlds.foundation.settings.default_plan,
    )


def one(call: ControlCall, key: str) -> Reply:
    """One key: its quota, clock, faults, requests, webhooks and what comes next."""
    of_key = call.about(key)
    return shown(
        of_key,
        "/report",
        lambda report: shown(of_key, "/shipments", lambda told: _one(of_key, key, report, told["shipments"])),
    )


def _one(of_key: ControlCall, key: str, report: dict[str, Any], pinned: list[dict[str, Any]]) -> Reply:
    rows: list[dict[str, Any]] = [of_key.plane.view.show(entry) for entry in islice(of_key.worlds.heard(key), NEWEST)]
    return framed(
        of_key,
        "key.html",
        "Keys",
        key,
        facts=get(of_key, f"/keys/{place(key)}"),
        rows=rows,
        rules=get(of_key, "/faults")["faults"],
        webhooks=get(of_key, "/webhooks")["webhooks"],
        deliveries=get(of_key, "/deliveries", limit=NEWEST)["deliveries"],
        upcoming=get(of_key, "/clock/upcoming", limit=NEWEST)["upcoming"],
        pinned=pinned,
        scenario=get(of_key, "/scenario")["name"],
        report=report,
        moves=moves(of_key),
        segment=place(key),
    )
