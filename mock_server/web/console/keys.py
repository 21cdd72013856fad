"""The keys: all of them, and everything about one on one screen."""

from itertools import islice
from typing import Any

from mock_server.server.reply import Reply
from mock_server.web.console.clock import moves
from mock_server.web.console.frame import framed, html
from mock_server.web.console.orders import get, place, shown
from mock_server.web.control.call import ControlCall
from mock_server.web.control.keys import facts

MOST_LISTED = 100
NEWEST = 8  # requests and deliveries on a key's own screen
MOST_SHOWN = 20  # rules and shipments of its own there


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
        "/faults",
        lambda rules: shown(of_key, "/shipments", lambda pinned: _one(of_key, key, rules, pinned), limit=MOST_SHOWN),
    )


def verdict(call: ControlCall) -> Reply:
    """What the report says of the key's client, as a part of its screen; with a long journal that takes a while."""
    return shown(call, "/report", lambda report: html(call, "verdict.html", report=report))


def _one(of_key: ControlCall, key: str, rules: dict[str, Any], pinned: dict[str, Any]) -> Reply:
    rows: list[dict[str, Any]] = [of_key.plane.view.glance(entry) for entry in islice(of_key.worlds.heard(key), NEWEST)]
    return framed(
        of_key,
        "key.html",
        "Keys",
        key,
        facts=get(of_key, f"/keys/{place(key)}"),
        rows=rows,
        rules=rules["faults"][:MOST_SHOWN],
        more_rules=max(0, rules["meta"]["total"] - MOST_SHOWN),
        webhooks=get(of_key, "/webhooks")["webhooks"],
        deliveries=get(of_key, "/deliveries", limit=NEWEST)["deliveries"],
        upcoming=get(of_key, "/clock/upcoming", limit=NEWEST)["upcoming"],
        pinned=pinned["shipments"],
        more_pinned=pinned["meta"]["total"] - len(pinned["shipments"]),
        scenario=get(of_key, "/scenario")["name"],
        moves=moves(of_key),
        segment=place(key),
    )
