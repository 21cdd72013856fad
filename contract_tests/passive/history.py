"""A shipment's history: what is true of every tracking body."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange
from contract_tests.ledger import Ledger

_SILENCE_SECONDS = 30 * 86400  # after which a shipment has expired


def check_history(contract: Contract, ledger: Ledger, exchange: Exchange, body: Mapping[str, Any]) -> None:
    """Enters the invariants of events, status and times; values of other kinds are left to the schema's clauses."""
    events = body.get("events")
    if not isinstance(events, list) or not all(isinstance(each, dict) for each in events):
        return
    times = [instant(each.get("timestamp")) for each in events]
    if None not in times:
        _times(
            ledger, exchange, [each for each in times if each is not None], events, instant(body.get("last_updated"))
        )
        _estimate(ledger, exchange, body.get("estimated_delivery"), [each for each in times if each is not None])
    _status(contract, ledger, exchange, body, events)


def instant(value: Any) -> float | None:
    """Unix seconds of a UTC timestamp; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except ValueError:
        return None


def classes(contract: Contract) -> dict[str, str]:
    """The status that each type of event gives its shipment."""
    kinds = contract.document["components"]["schemas"]["Tracking"]["$defs"]["eventType"]["oneOf"]
    return {each.get("x-value", each["const"]): _named(contract, each["x-status-class"]) for each in kinds}


def successors(contract: Contract) -> dict[str, list[str]]:
    """The statuses that may follow each status."""
    return {
        each.get("x-value", each["const"]): [_named(contract, status) for status in each.get("x-next", [])]
        for each in contract.document["components"]["schemas"]["Tracking"]["$defs"]["status"]["oneOf"]
    }


def over(contract: Contract, body: Mapping[str, Any]) -> bool:
    """Whether the shipment's life has ended: no status may follow its own."""
    return successors(contract).get(str(body.get("status"))) == []


def _named(contract: Contract, status: str) -> str:
    """Our name for a status that an overlay may have renamed."""
    choices = contract.document["components"]["schemas"]["Tracking"]["$defs"]["status"]["oneOf"]
    return next((str(each["x-value"]) for each in choices if each["const"] == status and "x-value" in each), status)


def _times(
    ledger: Ledger,
    exchange: Exchange,
    times: Sequence[float],
    events: Sequence[Mapping[str, Any]],
    updated: float | None,
) -> None:
    stamps = [each.get("timestamp") for each in events]
    if len(events) > 1:
        falling = all(later >= earlier for later, earlier in pairwise(times))
        ledger.judge("track.events.order", exchange, "events newest first", stamps, holds=falling)
        pairs = [(each.get("timestamp"), each.get("status")) for each in events]
        twice = [each for each in pairs if pairs.count(each) > 1]
        ledger.judge("track.events.distinct", exchange, "no event twice", twice[:1], holds=not twice)
    if events and updated is not None:
        late = [stamp for stamp, time in zip(stamps, times, strict=True) if time > updated]
        ledger.judge("track.events.past", exchange, "no event after last_updated", late, holds=not late)


def _estimate(ledger: Ledger, exchange: Exchange, told: Any, times: Sequence[float]) -> None:
    estimate = instant(told)
    if estimate is not None and times:
        expected = "an estimate that is not before the oldest event"
        ledger.judge("track.estimated_delivery.order", exchange, expected, told, holds=estimate >= min(times))


def _status(
    contract: Contract,
    ledger: Ledger,
    exchange: Exchange,
    body: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
) -> None:
    known, follow, status = classes(contract), successors(contract), body.get("status")
    story = [known.get(str(each.get("type"))) for each in events]
    if status not in follow or None in story:
        return  # other words than ours: nothing can be said about their order
    expected = story[0] if story else "pending"
    expired = status == "expired" and _silence(body, events) >= _SILENCE_SECONDS
    ledger.judge(
        "track.status.newest", exchange, f"status {expected}, the class of the newest event", status,
        holds=status == expected or expired,
    )  # fmt: skip
    if story and status == expected:
        text = events[0].get("status")
        ledger.judge(
            "track.status.text", exchange, f"status_description {text!r}, the newest event's text",
            body.get("status_description"), holds=body.get("status_description") == text,
        )  # fmt: skip
    ended = [each for each in story[1:] if not follow[str(each)]]
    if story:
        ledger.judge(
            "track.events.terminal", exchange, "no event after the last", f"events after {ended[:1]}", holds=not ended
        )
    told = [str(each) for each in reversed(story)] + ([str(status)] if status == "expired" else [])
    for before, after in pairwise(told):
        allowed = before == after or after in follow[before] or not follow[before]
        ledger.judge(
            "track.status.transitions", exchange, f"after {before} one of {follow[before]}", after, holds=allowed
        )


def _silence(body: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> float:
    updated, newest = instant(body.get("last_updated")), instant(events[0].get("timestamp")) if events else None
    return float("inf") if newest is None else (updated or 0.0) - newest
