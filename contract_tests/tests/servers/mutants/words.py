"""Wrong words: codes, statuses, event types, and bodies that contradict themselves."""

from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking

documented = Breaking("words", "documented")
assumed = Breaking("words", "assumed")


@assumed.tracking("track.status.enum")
def status_is_titled(body: Body) -> None:
    """The status is written In Transit."""
    body["status"] = body["status"].replace("_", " ").title()


@assumed.tracking("track.status.enum")
def unknown_status(body: Body) -> None:
    """The status is a word that nobody lists."""
    body["status"] = "moving"


@assumed.tracking("track.event.type.enum")
def unknown_event_type(body: Body) -> None:
    """A customs event is called clearance."""
    for event in body["events"]:
        event["type"] = "clearance" if event["type"] == "customs" else event["type"]


@assumed.tracking("track.event.type.enum")
def event_types_in_capitals(body: Body) -> None:
    """Event types are written in capitals."""
    for event in body["events"]:
        event["type"] = event["type"].upper()


@assumed.tracking("track.status.newest")
def status_is_the_oldest_events(body: Body) -> None:
    """The status follows the oldest event."""
    if body["events"]:
        body["status"] = "info_received"


@assumed.tracking("track.status.text")
def description_is_the_oldest_events(body: Body) -> None:
    """The description is the oldest event's text."""
    if body["events"]:
        body["status_description"] = body["events"][-1]["status"]


@assumed.tracking("track.status.text")
def description_is_the_status(body: Body) -> None:
    """The description is the status with blanks."""
    body["status_description"] = body["status"].replace("_", " ")


@assumed.tracking("track.events.order")
def events_oldest_first(body: Body) -> None:
    """Events come oldest first."""
    body["events"].reverse()


@assumed.tracking("track.events.order")
def two_events_out_of_order(body: Body) -> None:
    """The two oldest events have changed places."""
    body["events"][-2:] = reversed(body["events"][-2:])


@assumed.tracking("track.events.distinct")
def oldest_event_twice(body: Body) -> None:
    """The oldest event stands there twice."""
    body["events"] += body["events"][-1:]


@assumed.tracking("track.events.terminal", "track.status.transitions")
def life_after_delivery(body: Body) -> None:
    """A scan in the middle says delivered, and the parcel goes on."""
    for event in body["events"][1:2]:
        event["type"] = "delivered"


@assumed.tracking("track.status.transitions")
def delivered_before_it_was_shipped(body: Body) -> None:
    """The oldest event is an attempt to deliver."""
    for event in body["events"][-1:]:
        if len(body["events"]) > 1:
            event["type"] = "failed_attempt"


@assumed.tracking("track.events.past")
def updated_before_the_newest_event(body: Body) -> None:
    """The time last_updated is a day early, as if a date had been cut off."""
    oldest = body["events"][-1:]
    for event in oldest:
        body["last_updated"] = event["timestamp"]


@assumed.tracking("track.carrier.directory")
def carrier_name_is_longer(body: Body) -> None:
    """The carrier's name is not the directory's."""
    body["carrier"]["name"] += " Inc."


@assumed.body("carriers.type.enum", on=["listCarriers"], status=[200])
def one_type_is_unknown(body: Body) -> None:
    """One carrier's type is drone."""
    body["carriers"][700]["type"] = "drone"


@documented.body("carriers.rows.page", on=["listCarriers"], status=[200])
def types_are_titled(body: Body) -> None:
    """Carriers' types are written Express and Postal."""
    for row in body["carriers"]:
        row["type"] = row["type"].title()


@documented.body("carriers.rows.page", on=["listCarriers"], status=[200])
def ups_format_is_stricter(body: Body) -> None:
    """The directory's format of UPS takes digits only, and so refuses UPS's own numbers."""
    body["carriers"][0]["tracking_format"] = "^1Z[0-9]{16}$"


@documented.body("carriers.rows.page", on=["listCarriers"], status=[200])
def india_post_is_missing(body: Body) -> None:
    """India Post is not in the directory."""
    del body["carriers"][1]
    body["count"] -= 1


@documented.body("carriers.codes.unique", on=["listCarriers"], status=[200])
def one_carrier_twice(body: Body) -> None:
    """One carrier stands in the directory twice."""
    body["carriers"].append(body["carriers"][17])
    body["count"] += 1


@documented.body("carriers.count.length", on=["listCarriers"], status=[200])
def count_is_one_more(body: Body) -> None:
    """The count is one more than there are carriers."""
    body["count"] += 1


@documented.body("carriers.count.length", on=["listCarriers"], status=[200])
def directory_is_a_first_page(body: Body) -> None:
    """Only the first hundred carriers come, under the count of all."""
    del body["carriers"][100:]


@documented.body("carriers.count", on=["listCarriers"], status=[200])
def fewer_than_700(body: Body) -> None:
    """There are 699 carriers."""
    del body["carriers"][699:]
    body["count"] = 699


@assumed.body("carriers.rows.first", on=["listCarriers"], status=[200])
def directory_by_name(body: Body) -> None:
    """The directory is sorted by name."""
    body["carriers"].sort(key=lambda row: row["name"])


@documented.reply("errors.401", status=[401])
def unauthorized_misspelt(call: Call, reply: Reply) -> Reply:
    """The code of a 401 is unauthorised."""
    return Reply(401, reply.body.replace(b'"unauthorized"', b'"unauthorised"'), reply.headers)


@documented.reply("errors.404", on=["trackShipment"], status=[404])
def not_found_in_capitals(call: Call, reply: Reply) -> Reply:
    """The code of a 404 is NOT_FOUND."""
    return Reply(404, reply.body.replace(b'"not_found"', b'"NOT_FOUND"'), reply.headers)


@documented.reply("errors.404", on=["trackShipment"], status=[404])
def not_found_says_invalid_number(call: Call, reply: Reply) -> Reply:
    """A 404 has the code of a malformed number."""
    return Reply(404, reply.body.replace(b'"not_found"', b'"invalid_tracking_number"'), reply.headers)


@documented.reply("errors.429", status=[429])
def over_quota_says_quota_exceeded(call: Call, reply: Reply) -> Reply:
    """The code of a 429 is quota_exceeded."""
    return Reply(429, reply.body.replace(b'"rate_limit_exceeded"', b'"quota_exceeded"'), reply.headers)


@documented.reply("errors.503", status=[503])
def unavailable_says_internal_error(call: Call, reply: Reply) -> Reply:
    """The code of a 503 is internal_error."""
    return Reply(503, reply.body.replace(b'"carrier_unavailable"', b'"internal_error"'), reply.headers)


@documented.reply("errors.400.number", on=["trackShipment"], status=[400])
def bad_format_says_invalid_request(call: Call, reply: Reply) -> Reply:
    """The code of a malformed number is invalid_request."""
    return Reply(400, reply.body.replace(b'"invalid_tracking_number"', b'"invalid_request"'), reply.headers)
