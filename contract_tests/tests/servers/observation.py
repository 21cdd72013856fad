"""One long conversation with a server, so that two servers can be told apart."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from contract_tests.tests.servers.conversation import (
    DOWN,
    ENTERPRISE,
    FREE,
    GROWTH,
    KNOWN,
    LABEL,
    MISSING,
    PAGE,
    STARTER,
    Conversation,
    Seen,
)
from contract_tests.tests.servers.receiver import Receiver
from contract_tests.tests.servers.wire import Server

BAD_BODIES: tuple[object, ...] = (
    b"",
    b"{",
    b"nonsense",
    b"[]",
    b"[1]",
    b"7",
    b"null",
    {},
    {"shipments": {}},
    {"shipments": [KNOWN]},
)
SUBSCRIBED: tuple[object, ...] = (
    "1z 999aa-10123456784",
    MISSING,
    "ABCD",
    "nonsense!",
    "Z" * 15,
    LABEL,
    "990000000004040",
    "123456789012345",
    "880000000000018",
    "99000000000004T",
    "330000000001",
    "RR990000045GB",
    "RR990000045IN",
    "9400190000000000000045",
    7,
    None,
)
HAPPENING = (
    "transit",
    "customs",
    "out_for_delivery",
    "available_for_pickup",
    "failed_attempt",
    "exception",
    "delivered",
    "transit",
    "returned",
)


def observe(server: Server, receiver: Receiver) -> Iterator[Seen]:
    """Every answer of the conversation, one by one."""
    talk = Conversation(server, receiver)
    yield (server.handler.protocol_version,)
    for part in (tracking, concurrency, routes, keys, batches, quota, webhooks, deliveries, retries):
        yield from part(talk)


def tracking(talk: Conversation) -> Iterator[Seen]:
    yield talk.track(PAGE)
    for language in (None, "fr", "FR", "pt-BR", "xx", "ko", None):
        yield talk.track(KNOWN, **({"lang": language} if language else {}))
    yield talk.track(KNOWN, carrier="ups")
    for number in (MISSING, LABEL, DOWN, "ABCD", "1z 999aa-10123456784", "1Z204E380338943509", "Z" * 15, "Z" * 45):
        yield talk.track(number)
    for number in ("1Zü99AA10123456784", "١٢٣٤٥٦٧", "1Z999AA1/123456784", "Z" * 51, "1Z5R89390357567127"):
        yield talk.track(number)
    for number, carrier in (
        (KNOWN, "fedex"),
        (f"A{KNOWN}1", "ups"),
        (KNOWN, "nope"),
        ("JD1", "yodel"),
        (DOWN, "yodel"),
    ):
        yield talk.track(number, carrier=carrier)
    yield talk.track(f"{KNOWN}\n0", carrier="ups"), talk.track("000000000018", carrier="fedex")
    yield talk.track("9400190000000000000045"), talk.track(KNOWN, lang="")
    yield talk.track(KNOWN, headers={"accept-language": "fr"})
    yield talk.track("420221539400111899223197428490"), talk.track(KNOWN, carrier="constructor")
    yield talk.track("C11031500001879", carrier="ontrac")
    yield talk.track(KNOWN, colour="red")
    yield talk.state("carrier unavailable", carrier="ups"), talk.track(KNOWN), talk.track(LABEL)
    yield talk.state("carrier available", carrier="ups"), talk.track(KNOWN)


def concurrency(talk: Conversation) -> Iterator[Seen]:
    def once(_: int) -> int:
        return talk.call("GET", f"/v2/track/{KNOWN}", key="tf_live_free_race").status

    with ThreadPoolExecutor(4) as pool:
        yield tuple(sorted(pool.map(once, range(12))))


def routes(talk: Conversation) -> Iterator[Seen]:
    yield talk.ask("GET", "/v2/carriers")
    for method, path in (
        ("PUT", "/v2/carriers"),
        ("HEAD", "/v2/carriers"),
        ("OPTIONS", "/v2/carriers"),
        ("GET", "/v2/track/batch"),
        ("POST", f"/v2/track/{KNOWN}"),
        ("GET", "/v2/webhooks"),
        ("PUT", "/v2/webhooks"),
        ("GET", "/v2/webhooks/wh_1"),
        ("TRACE", "/v2/carriers"),
        ("POST", "/v2/webhooks/wh_1"),
        ("GET", "/v2/nowhere"),
    ):
        yield talk.ask(method, path)
        yield talk.ask(method, path, key=None)


def keys(talk: Conversation) -> Iterator[Seen]:
    for key in (
        None,
        "",
        "constructor",
        "wrong",
        "tf_",
        "tf_live_nope_1",
        "tf_test_revoked_1",
        "tf_live_sk_1",
        "TF_LIVE_FREE_1",
        "tf_live_free__",
    ):
        yield talk.track(KNOWN, key=key)
        yield talk.ask("GET", "/v2/carriers", key=key)
    yield talk.batch(KNOWN, key=None)
    yield talk.ask("POST", "/v2/webhooks", {}, key=None)
    yield talk.ask("POST", "/v2/webhooks", {"tracking_number": KNOWN, "url": "https://example.com/"}, key="wrong")
    yield talk.ask("DELETE", "/v2/webhooks/wh_1", key=None)
    yield talk.ask("POST", "/v2/track/batch", b"{", key=None)
    yield talk.track(KNOWN, key=None, headers={"authorization": f"Bearer {GROWTH}"})
    yield talk.track(KNOWN, key=None, api_key=GROWTH)


def batches(talk: Conversation) -> Iterator[Seen]:
    page = ({"tracking_number": PAGE, "carrier": "ups"}, {"tracking_number": LABEL, "carrier": "fedex"})
    yield talk.batch(*page)
    wrong = {"tracking_number": KNOWN, "carrier": "fedex"}
    yield talk.batch(KNOWN, MISSING, KNOWN, DOWN, wrong, LABEL, {"tracking_number": KNOWN, "carrier": "nope"})
    yield talk.batch({"tracking_number": KNOWN}, {"tracking_number": KNOWN})
    yield talk.batch({"tracking_number": PAGE, "carrier": "ups"})
    yield talk.batch({"tracking_number": KNOWN, "carrier": "indiapost"}, KNOWN)
    for plan, sizes in (("free", (0, 5, 6)), ("starter", (20, 21)), ("growth", (50, 51)), ("enterprise", (50, 51))):
        for size in sizes:
            yield talk.batch(*[LABEL] * size, key=f"tf_live_{plan}_size")
    yield talk.batch(KNOWN, {}, 7), talk.batch(None)
    yield talk.batch({"tracking_number": 7})
    yield talk.batch({})
    for path in ("/v2/track/batch", "/v2/webhooks"):
        for body in BAD_BODIES:
            yield talk.ask("POST", path, body)
    yield talk.ask("POST", "/v2/track/batch", {"shipments": [{"tracking_number": KNOWN}], "colour": "red"})
    valid = json.dumps({"shipments": [{"tracking_number": KNOWN}]}).encode()
    for media in ("text/plain", "application/json; charset=utf-8"):
        yield talk.ask("POST", "/v2/track/batch", valid, media=media)
    yield talk.ask("POST", "/v2/track/batch", valid + b" " * 1_100_000)


def quota(talk: Conversation) -> Iterator[Seen]:
    for plan in (FREE, STARTER, ENTERPRISE):
        yield talk.track(KNOWN, key=plan)
    for key in ("tf_live_free_2", "tf_live_free_3"):
        yield (
            talk.track(KNOWN, key=key),
            talk.ask("GET", "/v2/carriers", key=key),
            talk.ask("PUT", "/v2/carriers", key=key),
        )
        yield talk.track(MISSING, key=key), talk.track(DOWN, key=key), talk.track("ABCD", key=key)
        yield talk.batch(KNOWN, KNOWN, MISSING, key=key), talk.batch(*[KNOWN] * 5, key=key)
        yield talk.track(KNOWN, key=None), talk.track(KNOWN, key=key), talk.track(KNOWN, key=key)
        yield talk.track(KNOWN, key=key), talk.batch(key=key), talk.ask("PUT", "/v2/carriers", key=key)
        yield talk.state("time passes", seconds=20), talk.track(KNOWN, key=key)
        yield talk.state("time passes", seconds=70), talk.batch(*[KNOWN] * 6, key=key), talk.batch(key=key)
    key = "tf_live_free_4"
    yield talk.state("quota used", key=key, remaining=3), talk.track(KNOWN, key=key)
    yield talk.state("time passes", seconds=60), talk.track(KNOWN, key=key), talk.track(KNOWN, key=key)
    yield talk.track(KNOWN, key=key), talk.state("time passes", seconds=86_400), talk.track(KNOWN, key=key)
    yield talk.ask("DELETE", "/v2/webhooks/wh_1", key=key), talk.state("there is no such state")


def webhooks(talk: Conversation) -> Iterator[Seen]:
    yield talk.subscribe()
    for number in SUBSCRIBED:
        yield talk.subscribe(tracking_number=number)
    for url in (
        "http://example.com/hook",
        "http://example.com/",
        "https://",
        "ftp://example.com/",
        "hook",
        "",
        7,
        None,
    ):
        yield talk.subscribe(url=url)
    for events in (["delivered"], ["exception"], ["delivered", "exception"], ["all"], [], ["nope"], "all", ["all", 7]):
        yield talk.subscribe(events=events)
    yield talk.ask("POST", "/v2/webhooks", {"tracking_number": KNOWN, "url": "https://example.com/"}, key=FREE)
    first = talk.hook()
    second = talk.hook()
    for webhook, key in ((first, FREE), (first, GROWTH), (first, GROWTH), (second, GROWTH), ("wh_1", GROWTH)):
        yield talk.ask("DELETE", f"/v2/webhooks/{webhook}", key=key)


def deliveries(talk: Conversation) -> Iterator[Seen]:
    hooks = [talk.hook(*events) for events in ((), ("delivered",), ("exception",), ("exception", "delivered"))]
    hooks.append(talk.hook("delivered", "all"))
    hooks.append(talk.hook(key=STARTER))
    for kind in HAPPENING:
        yield talk.state("event occurs", tracking_number=KNOWN, type=kind), talk.delivered(), talk.track(KNOWN)
        yield talk.batch(KNOWN)
    for hook, key in zip(hooks, (GROWTH, GROWTH, GROWTH, GROWTH, GROWTH, STARTER), strict=True):
        yield talk.ask("DELETE", f"/v2/webhooks/{hook}", key=key)
    yield talk.state("event occurs", tracking_number=KNOWN, type="transit"), talk.delivered()


def retries(talk: Conversation) -> Iterator[Seen]:
    for status in (500, 404, 302, 204, 0):
        hook = talk.hook()
        talk.receiver.statuses.extend([status, status])
        yield talk.state("event occurs", tracking_number=KNOWN, type="transit"), talk.delivered()
        for seconds in (30, 30, 30, 300):
            yield talk.state("time passes", seconds=seconds), talk.delivered()
        yield talk.ask("DELETE", f"/v2/webhooks/{hook}")
    hook = talk.hook()
    talk.receiver.statuses.extend([410])
    for _ in range(2):
        yield talk.state("event occurs", tracking_number=KNOWN, type="transit"), talk.delivered()
        yield talk.state("time passes", seconds=30), talk.delivered()
    hook = talk.hook()
    talk.receiver.statuses.extend([500])
    yield talk.state("event occurs", tracking_number=KNOWN, type="transit"), talk.delivered()
    yield talk.ask("DELETE", f"/v2/webhooks/{hook}"), talk.state("time passes", seconds=30), talk.delivered()
    talk.hook()
    talk.receiver.statuses.extend([503] * 40)
    yield talk.state("event occurs", tracking_number=KNOWN, type="transit"), talk.delivered()
    for seconds in (300_000, 300_000):
        yield talk.state("time passes", seconds=seconds), talk.delivered()
