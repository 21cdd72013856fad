"""A sandbox as its rows have it."""

import json
from collections.abc import Iterator, Sequence

from mock_server.domain.clock import Course
from mock_server.domain.plans import Account
from mock_server.domain.webhooks.delivery import Attempt, Delivery, DeliveryState
from mock_server.domain.webhooks.records import Counts, Saved
from mock_server.domain.webhooks.subscriptions import Subscription
from mock_server.faults.scenarios import Scenario
from mock_server.persistence.known import known
from mock_server.persistence.pages import Row, SandboxRows
from mock_server.persistence.snapshots.worlds import stood
from mock_server.world import Foundation, Newcomer


def saved(key: str, world: Row, rows: SandboxRows) -> Saved:
    """What the rows say; ValueError, TypeError, KeyError and their like for what no mock has written."""
    if not isinstance(key, str):
        raise TypeError(f"the key {key!r} is not a text")
    return Saved(
        key,
        known(Course, json.loads(world["course"])),
        world["seen"],
        Counts(world["subscriptions"], world["deliveries"], world["announced"]),
        tuple(_webhook(row) for row in rows["webhooks"]),
        {(row["number"], row["carrier"] or None): (row["instant"], row["place"]) for row in rows["told"]},
        tuple(_deliveries(rows["deliveries"], rows["attempts"])),
        tuple(((row["carrier"], row["number"]), json.loads(row["wish"])) for row in rows["pins"]),
        tuple(((row["carrier"], row["number"]), row["instant"]) for row in rows["begun"]),
        world["standing"],
    )


def newcomer(foundation: Foundation, account: Account, left: Saved, scenario: Scenario) -> Newcomer:
    """The sandbox as it was left, in a mock in that scenario; FormError for what this mock cannot go on with."""
    if left.standing is None:
        return Newcomer(account, scenario, alone=False, rules=(), counts=(), usage=(), saved=left)
    return stood(foundation, account, json.loads(left.standing), "", scenario, left)


def _webhook(row: Row) -> Subscription:
    return Subscription(
        row["id"],
        row["tracking_number"],
        row["carrier"],
        row["url"],
        tuple(json.loads(row["events"])),
        row["secret"],
        row["created_at"],
    )


def _deliveries(rows: Sequence[Row], attempted: Sequence[Row]) -> Iterator[Delivery]:
    attempts: dict[str, list[Attempt]] = {}
    for each in sorted(attempted, key=lambda row: (row["delivery"], row["number"])):
        attempts.setdefault(each["delivery"], []).append(
            known(Attempt, {**json.loads(each["told"]), "answer_body": each["body"]})
        )
    for row in rows:
        yield Delivery(
            id=row["id"],
            event_id=row["event_id"],
            type=row["type"],
            webhook_id=row["webhook_id"],
            tracking_number=row["tracking_number"],
            url=row["url"],
            created_at=row["created_at"],
            body=row["body"],
            secret=row["secret"],
            due=row["due"],
            flawed=bool(row["flawed"]),
            faults=tuple(json.loads(row["faults"])),
            state=DeliveryState(row["state"]),
            note=row["note"],
            attempts=tuple(attempts.get(row["id"], ())),
            media_type=row.get("media_type"),
        )
