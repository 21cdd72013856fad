"""Right words in the wrong form: times, countries, codes, types."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from contract_tests.tests.servers.messages import Body
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.webhooks import Webhooks

documented = Breaking("formats", "documented")
assumed = Breaking("formats", "assumed")


def change_times(body: Body, change: Callable[[str], object]) -> None:
    body["last_updated"] = change(body["last_updated"])
    for event in body["events"]:
        event["timestamp"] = change(event["timestamp"])


def seconds(time: str) -> int:
    return int(datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


@documented.tracking("api.timestamps")
def times_without_zone(body: Body) -> None:
    """Times have no zone."""
    change_times(body, lambda time: time.removesuffix("Z"))


@documented.tracking("api.timestamps")
def times_with_offset(body: Body) -> None:
    """Times end in +00:00."""
    change_times(body, lambda time: time.replace("Z", "+00:00"))


@documented.tracking("api.timestamps")
def times_with_milliseconds(body: Body) -> None:
    """Times have milliseconds."""
    change_times(body, lambda time: time.replace("Z", ".000Z"))


@documented.tracking("api.timestamps")
def times_in_unix_seconds(body: Body) -> None:
    """Times are Unix seconds."""
    change_times(body, seconds)


@documented.tracking("api.timestamps")
def times_with_blank(body: Body) -> None:
    """Times have a blank instead of the T."""
    change_times(body, lambda time: time.replace("T", " "))


@documented.tracking("api.timestamps")
def oldest_event_day_first(body: Body) -> None:
    """The oldest event's time is written day first."""
    for event in body["events"][-1:]:
        event["timestamp"] = datetime.fromtimestamp(seconds(event["timestamp"]), UTC).strftime("%d/%m/%Y %H:%M")


@documented.tracking("api.timestamps")
def impossible_date(body: Body) -> None:
    """The time last_updated is on the 30th of February."""
    body["last_updated"] = "2026-02-30T09:00:00Z"


@documented.tracking("track.estimated_delivery")
def estimate_is_a_date(body: Body) -> None:
    """The estimate is a date without a time."""
    if body["estimated_delivery"]:
        body["estimated_delivery"] = body["estimated_delivery"][:10]


@documented.tracking("track.estimated_delivery")
def estimate_is_a_range(body: Body) -> None:
    """The estimate is an object with from and to."""
    body["estimated_delivery"] = {"from": body["estimated_delivery"], "to": body["estimated_delivery"]}


@documented.tracking("track.success")
def success_is_text(body: Body) -> None:
    """The word success is the text "true"."""
    body["success"] = "true"


@documented.tracking("track.status")
def status_is_a_number(body: Body) -> None:
    """The status is a number."""
    body["status"] = 3


@documented.tracking("track.status", "track.status.enum")
def status_is_an_object(body: Body) -> None:
    """The status is an object with code and text."""
    body["status"] = {"code": body["status"], "text": body["status_description"]}


@documented.tracking("track.event.location")
def location_is_an_object(body: Body) -> None:
    """An event's location is an object."""
    for event in body["events"]:
        event["location"] = {"city": event["location"]}


@documented.tracking("track.events")
def events_keyed_by_time(body: Body) -> None:
    """The events are an object keyed by time."""
    body["events"] = {event["timestamp"]: event for event in body["events"]}


@documented.tracking("track.tracking_number")
def number_is_wrapped(body: Body) -> None:
    """The tracking_number is a list of one."""
    body["tracking_number"] = [body["tracking_number"]]


@documented.tracking("track.carrier.service")
def service_is_an_object(body: Body) -> None:
    """The service is an object."""
    body["carrier"]["service"] = {"name": body["carrier"]["service"]}


@documented.body("carriers.count", on=["listCarriers"], status=[200])
def count_is_text(body: Body) -> None:
    """The count is a text."""
    body["count"] = str(body["count"])


@documented.body("carriers.row.tracking_format", on=["listCarriers"], status=[200])
def one_format_is_broken(body: Body) -> None:
    """One carrier's tracking_format is no regular expression."""
    body["carriers"][455]["tracking_format"] = "^[A-Z"


@documented.body("carriers.row.tracking_format", on=["listCarriers"], status=[200])
def one_format_is_null(body: Body) -> None:
    """One carrier's tracking_format is null."""
    body["carriers"][455]["tracking_format"] = None


@assumed.body("webhook.body", "api.timestamps", on=["createWebhook"], status=[201])
def created_at_is_local(body: Body) -> None:
    """A webhook's created_at has an offset."""
    body["created_at"] = body["created_at"].replace("Z", "+02:00")


@assumed.tracking("track.estimated_delivery.end-of-day")
def estimate_is_midnight(body: Body) -> None:
    """The estimate is the start of a day."""
    if body["estimated_delivery"]:
        body["estimated_delivery"] = body["estimated_delivery"].replace("T23:59:00Z", "T00:00:00Z")


@assumed.tracking("api.countries")
def countries_have_three_letters(body: Body) -> None:
    """Countries are alpha-3 codes."""
    for place in (body["origin"], body["destination"]):
        if place:
            place["country"] = {"US": "USA", "CH": "CHE"}[place["country"]]


@assumed.body("api.countries", on=["listCarriers"], status=[200])
def one_country_is_lower_case(body: Body) -> None:
    """One carrier's country is written in lower case."""
    body["carriers"][300]["country"] = body["carriers"][300]["country"].lower()


@assumed.body("carriers.code.form", on=["listCarriers"], status=[200])
def one_code_is_a_name(body: Body) -> None:
    """One carrier's code has a capital and a blank."""
    body["carriers"][300]["code"] = "Van Gend"


@assumed.part("webhook.body.webhook_id")
class WebhookIdsAreUuids(Webhooks):
    """Webhooks' ids are UUIDs."""

    def id(self, word: str) -> str:
        return str(UUID(hex=word + "00000000"))


@assumed.tracking("track.tracking_number.form", "track.normalisation")
def number_is_echoed_with_blanks(body: Body) -> None:
    """The tracking_number is echoed in groups of four."""
    number = body["tracking_number"]
    body["tracking_number"] = " ".join(number[start : start + 4] for start in range(0, len(number), 4))


@documented.tracking("track.event.status")
def event_texts_are_null(body: Body) -> None:
    """Events have no text."""
    for event in body["events"]:
        event["status"] = None


@documented.tracking("track.event.type")
def event_types_are_numbers(body: Body) -> None:
    """Event types are numbers."""
    for event in body["events"]:
        event["type"] = 7


@documented.tracking("track.last_updated", "api.timestamps")
def last_updated_is_null(body: Body) -> None:
    """The time last_updated is null."""
    body["last_updated"] = None


@documented.tracking("track.status_description")
def description_is_a_list(body: Body) -> None:
    """The description is a list of sentences."""
    body["status_description"] = [body["status_description"]]
