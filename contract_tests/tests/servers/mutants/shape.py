"""Wrong shapes of tracking bodies and of the directory."""

from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking

documented = Breaking("shape", "documented")
assumed = Breaking("shape", "assumed")


@documented.tracking("track.required")
def last_updated_missing(body: Body) -> None:
    """A tracking body has no last_updated."""
    del body["last_updated"]


@documented.tracking("track.required")
def status_description_missing(body: Body) -> None:
    """A tracking body has no status_description."""
    del body["status_description"]


@documented.tracking("track.required", "track.success")
def success_missing(body: Body) -> None:
    """A tracking body has no success."""
    del body["success"]


@documented.tracking("track.success")
def success_false(body: Body) -> None:
    """A found shipment says success false."""
    body["success"] = False


@documented.tracking("track.required")
def camel_case_keys(body: Body) -> None:
    """Keys are written trackingNumber and lastUpdated."""
    for name in ("tracking_number", "last_updated"):
        head, tail = name.split("_")
        body[head + tail.title()] = body.pop(name)


@documented.tracking("track.carrier")
def carrier_flattened(body: Body) -> None:
    """The carrier is its code instead of an object."""
    body["carrier"] = body["carrier"]["code"]


@documented.tracking("track.carrier")
def carrier_name_missing(body: Body) -> None:
    """The carrier has no name."""
    del body["carrier"]["name"]


@documented.tracking("track.carrier")
def carrier_code_renamed(body: Body) -> None:
    """The carrier has slug instead of code."""
    body["carrier"]["slug"] = body["carrier"].pop("code")


@documented.tracking("track.events")
def events_null(body: Body) -> None:
    """The events are null."""
    body["events"] = None


@documented.tracking("track.event")
def event_type_missing(body: Body) -> None:
    """Events have no type."""
    for event in body["events"]:
        del event["type"]


@documented.tracking("track.event")
def event_timestamp_renamed(body: Body) -> None:
    """Events have time instead of timestamp."""
    for event in body["events"]:
        event["time"] = event.pop("timestamp")


@documented.tracking("track.event")
def oldest_event_without_location(body: Body) -> None:
    """The oldest event lacks the key location."""
    for event in body["events"][-1:]:
        del event["location"]


@assumed.tracking("track.place.required")
def place_without_country(body: Body) -> None:
    """The origin has no country."""
    if body["origin"]:
        del body["origin"]["country"]


@documented.tracking("track.place")
def destination_is_text(body: Body) -> None:
    """The destination is "City, CC" instead of an object."""
    if body["destination"]:
        body["destination"] = "{city}, {country}".format(**body["destination"])


@documented.tracking("track.tracking_number")
def another_number_echoed(body: Body) -> None:
    """The body's tracking_number is another one's."""
    body["tracking_number"] = body["tracking_number"][:-1] + ("1" if body["tracking_number"][-1] == "0" else "0")


@documented.reply("track.required", on=["trackShipment"], status=[200])
def tracking_in_data(call: Call, reply: Reply) -> Reply:
    """The shipment is wrapped in data."""
    return reply.with_value({"success": True, "data": reply.value()})


@documented.reply("track.required", "api.json", on=["trackShipment"], status=[200])
def tracking_in_list(call: Call, reply: Reply) -> Reply:
    """The shipment comes as a list of one."""
    return reply.with_value([reply.value()])


@documented.body("carriers.row", on=["listCarriers"], status=[200])
def formats_missing(body: Body) -> None:
    """Carriers have no tracking_format."""
    for row in body["carriers"]:
        del row["tracking_format"]


@documented.body("carriers.row", on=["listCarriers"], status=[200])
def one_row_without_country(body: Body) -> None:
    """One carrier of 724 has no country."""
    del body["carriers"][611]["country"]


@documented.body("carriers.list", on=["listCarriers"], status=[200])
def directory_keyed_by_code(body: Body) -> None:
    """The carriers are an object keyed by code."""
    body["carriers"] = {row["code"]: row for row in body["carriers"]}


@documented.body("carriers.list", on=["listCarriers"], status=[200])
def count_missing(body: Body) -> None:
    """The directory has no count."""
    del body["count"]


@documented.body("carriers.list", on=["listCarriers"], status=[200])
def directory_in_data(body: Body) -> None:
    """The directory's list is called data."""
    body["data"] = body.pop("carriers")


@assumed.tracking("track.required.assumed")
def estimate_missing(body: Body) -> None:
    """A tracking body has no estimated_delivery."""
    del body["estimated_delivery"]


@assumed.tracking("track.required.assumed")
def destination_missing(body: Body) -> None:
    """A tracking body has no destination."""
    del body["destination"]


@assumed.tracking("track.carrier.service.required")
def service_missing(body: Body) -> None:
    """The carrier has no service."""
    del body["carrier"]["service"]


@assumed.tracking("track.key-order")
def keys_sorted(body: Body) -> None:
    """Keys come in alphabetical order."""
    in_order = sorted(body.items())
    body.clear()
    body.update(in_order)
