"""One shipment: found, missing, misspelt, named with its carrier or without."""

from typing import Any

from contract_tests import finding
from contract_tests.api import Api
from contract_tests.contract.operations import examples
from contract_tests.exchange import Exchange
from contract_tests.expect import described, has_status, refused, succeeds
from contract_tests.facts import Facts, UnverifiableError
from contract_tests.ledger import Ledger
from contract_tests.numbers import MEMBER, another_carrier, carrier_row, matches, pasted, with_wrong_check_digit
from contract_tests.passive.directory import carriers_of
from contract_tests.passive.refusals import has_code
from contract_tests.proving import proves
from contract_tests.target import Number, bare

_FOREIGN = "1ZÄÖÜ包裹1234567890"
_FAILURE = 500


@proves("track.200", "track.path", "api.base-path", "auth.header", "track.tracking_number", "track.key-order", rank=1)
def test_a_known_shipment_is_answered(api: Api, facts: Facts, ledger: Ledger) -> None:
    exchange = finding.known(api)
    if exchange.status in api.contract.refusals["carrier_unavailable"].statuses:
        facts.known()
    if facts.target.known is None and exchange.status in api.contract.refusals["not_found"].statuses:
        facts.known()
    if exchange.response.succeeded or not _explained(api, ledger, exchange):
        has_status(ledger, "track.200", exchange)
    if not exchange.response.succeeded:
        return
    for clause in ("track.path", "api.base-path", "auth.header"):
        ledger.hold(clause, exchange)
    _key_order(api, ledger, exchange)


@proves("track.carrier.detected", "track.carrier.directory", rank=3)
def test_the_carrier_is_found_from_the_number(api: Api, facts: Facts, ledger: Ledger) -> None:
    number = facts.known()
    exchange = api.once(Number(number.tracking_number))
    rows = carriers_of(api.carriers())
    if not succeeds(ledger, ["track.carrier.detected"], exchange):
        return
    carrier = _carrier(api, exchange)
    expected = number.carrier
    row = carrier_row(rows, carrier.get("code"))
    listed = row is not None and row.get("name") == carrier.get("name")
    ledger.judge(
        "track.carrier.directory", exchange, "a carrier of the directory, under the same name", carrier, holds=listed
    )  # fmt: skip
    if expected is not None:
        holds = carrier.get("code") == expected
        ledger.judge("track.carrier.detected", exchange, f"carrier {expected}", carrier.get("code"), holds=holds)
    elif row is not None:
        fits = matches(row, number.tracking_number)
        ledger.judge(
            "track.carrier.detected", exchange, "a carrier whose tracking_format the number matches", row, holds=fits
        )  # fmt: skip
        _pages_carrier(api, ledger)


@proves("track.carrier.named", "track.safe", rank=4)
def test_a_carrier_may_be_named(api: Api, facts: Facts, ledger: Ledger) -> None:
    number = facts.known()
    before = api.once(Number(number.tracking_number))
    code = number.carrier or _carrier(api, before).get("code")
    if not isinstance(code, str):
        raise UnverifiableError("the known number's answer names no carrier to ask with")
    exchange = api.track(Number(number.tracking_number, code))
    if not succeeds(ledger, ["track.carrier.named"], exchange):
        return
    found = _carrier(api, exchange).get("code")
    ledger.judge("track.carrier.named", exchange, f"carrier {code}", found, holds=found == code)
    story, earlier = api.read(exchange), api.read(before)
    if story.get("events") != earlier.get("events"):  # a scan may have come in between, but not every time
        story, earlier = api.read(api.track(number)), story
        grown = story.get("events") != earlier.get("events")
        ledger.judge("track.safe", exchange, "the same events as before", "other events each time", holds=not grown)
    else:
        changed = {name: story.get(name) for name in _page(api) if earlier.get(name) != story.get(name)}
        ledger.judge("track.safe", exchange, "the same shipment as before", changed, holds=not changed)


_MADE_UP = ("track.check-digit",)  # a number that is made up has no right check digit


@proves("errors.404", "errors.messages", rank=2, given={"errors.404": _MADE_UP})
def test_a_number_without_data_is_not_found(api: Api, facts: Facts, ledger: Ledger) -> None:
    exchange = finding.missing(api)
    facts.missing()
    given = () if facts.target.missing else _MADE_UP
    if refused(api.contract, ledger, ["errors.404"], exchange, "not_found", given=given):
        message = api.contract.refusals["not_found"].message
        ledger.judge(
            "errors.messages", exchange, f"the message {message!r}", exchange.response.text,
            holds=message in exchange.response.text,
        )  # fmt: skip


@proves("errors.400.number", rank=2)
def test_a_number_that_its_carrier_does_not_have_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    listed = mismatches(api, facts)
    for number in listed:
        refused(api.contract, ledger, ["errors.400.number"], api.track(number), "invalid_tracking_number")
    exchange = api.track(Number(_FOREIGN, listed[-1].carrier))
    # How a foreign script is refused is left open, for a framework may do it; that it is, the page says.
    if exchange.status >= _FAILURE and exchange.status not in api.contract.refusals["carrier_unavailable"].statuses:
        ledger.breach("errors.400.number", exchange, "a refusal of a number in another script", described(exchange))
    _one_line(api, facts, ledger)


@proves("track.normalisation", "track.tracking_number.form", rank=20)
def test_spaces_dashes_and_lower_case_make_no_difference(api: Api, facts: Facts, ledger: Ledger) -> None:
    number = facts.known()
    exchange = api.track(Number(pasted(number.tracking_number), number.carrier))
    wanted = bare(number.tracking_number)
    found = api.read(exchange).get("tracking_number", described(exchange))
    ledger.judge("track.normalisation", exchange, f"the shipment {wanted}", found, holds=found == wanted)


@proves("track.number.form", rank=21)
def test_a_malformed_number_is_refused(api: Api, ledger: Ledger) -> None:
    for text in ("1Z9", "1Z" + "9" * 60, "包裹12345678", "1Z999/AA1012"):
        refused(api.contract, ledger, ["track.number.form"], api.track(text, odd=True), "invalid_tracking_number")


@proves("track.check-digit", rank=22)
def test_a_wrong_check_digit_is_no_reason_for_a_400(api: Api, facts: Facts, ledger: Ledger) -> None:
    number = with_wrong_check_digit(facts.known())
    exchange = api.track(number)
    known = exchange.response.succeeded or exchange.status in api.contract.refusals["not_found"].statuses
    ledger.judge("track.check-digit", exchange, "the shipment or not_found", described(exchange), holds=known)


@proves("track.undetected", rank=22)
def test_a_number_of_no_carrier_is_not_found(api: Api, ledger: Ledger) -> None:
    for length in (11, 45):
        exchange = api.track("".join(api.random("undetected", length).choices("QVWXYZ", k=length)))
        refused(api.contract, ledger, ["track.undetected"], exchange, "not_found")


@proves("errors.unknown-carrier", rank=15)
def test_an_unknown_carrier_is_refused(api: Api, facts: Facts, ledger: Ledger) -> None:
    exchange = api.track(Number(facts.known().tracking_number, MEMBER))
    refused(api.contract, ledger, ["errors.unknown-carrier", "errors.400.request"], exchange, "invalid_request")


@proves("carriers.codes.known", rank=40)
def test_codes_of_the_directory_are_accepted(api: Api, ledger: Ledger) -> None:
    codes = [str(each["code"]) for each in carriers_of(api.carriers()) if isinstance(each.get("code"), str)]
    for code in codes[-1:]:
        exchange = api.track(Number(api.page_number(), code))
        unknown = has_code(exchange, api.contract.refusals["invalid_request"].code)
        ledger.judge("carriers.codes.known", exchange, f"{code} is known", described(exchange), holds=not unknown)


@proves("api.unknown-fields", "auth.header", "track.parameter.lang", rank=45)
def test_what_makes_no_difference_is_ignored(api: Api, facts: Facts, ledger: Ledger) -> None:
    """An unknown parameter, a lang without a letter, and the key's header in small letters, as HTTP/2 writes it.

    At once, and each by itself if that is refused; an empty lang may be, but not break the server.
    """
    unknown = {"x_unknown": "1"}
    together = api.track(facts.known(), lang="", query=unknown, small=True)
    if together.response.succeeded:
        for clause in ("api.unknown-fields", "auth.header", "track.parameter.lang"):
            ledger.hold(clause, together)
    elif together.status not in api.contract.refusals["unauthorized"].statuses:  # else that is told by itself
        succeeds(ledger, ["api.unknown-fields"], api.track(facts.known(), query=unknown))
        empty = api.track(facts.known(), lang="")
        holds = empty.status < _FAILURE
        ledger.judge("track.parameter.lang", empty, "an answer, or a refusal", described(empty), holds=holds)


def _explained(api: Api, ledger: Ledger, exchange: Exchange) -> bool:
    """Whether a parameter that should be optional, or the base path, is why a known shipment is not answered."""
    if exchange.status == api.carriers().status:
        found = f"{exchange.status} for every path"
        return not ledger.judge("api.base-path", exchange, f"paths below {api.contract.base_path}", found, holds=False)
    number = api.facts.target.known or Number(api.page_number())
    optional = not api.track(number, lang="en").response.succeeded
    found = described(exchange)
    return not ledger.judge("track.parameter.lang", exchange, "an answer without lang", found, holds=optional)


def mismatches(api: Api, facts: Facts) -> list[Number]:
    """Numbers under carriers whose format, by the directory's own word, they do not match."""
    rows = carriers_of(api.carriers())
    known = facts.known().tracking_number
    found = [another_carrier(rows, known)]
    own = next((each for each in rows if each.get("code") == facts.known().carrier), rows[0] if rows else None)
    longer = f"{known}0"  # a part of it fits
    if own is not None and not matches(own, longer) and isinstance(own.get("code"), str):
        found.append(Number(longer, own["code"]))
    listed = [each for each in found if each is not None]
    if not listed:
        raise UnverifiableError("the directory has no carrier whose tracking_format excludes the known number")
    return listed


def _one_line(api: Api, facts: Facts, ledger: Ledger) -> None:
    """Enters that a number with a second line is no number of a carrier whose format has no line break.

    How it is refused is left open, for a framework may do it.
    """
    text = f"{facts.known().tracking_number}\n0"
    own = _carrier(api, api.once(facts.known())).get("code")
    row = carrier_row(carriers_of(api.carriers()), own)
    if row is None or not str(row.get("tracking_format")).startswith("^") or matches(row, text):
        return
    exchange = api.track(Number(text, str(own)))
    holds = not exchange.response.succeeded
    ledger.judge(
        "errors.400.number", exchange, "no shipment for a number of two lines", described(exchange), holds=holds
    )


def _pages_carrier(api: Api, ledger: Ledger) -> None:
    """The page says whose number its own example is."""
    exchange = api.once(Number(api.page_number()))
    if exchange.response.succeeded:
        expected, found = _page(api)["carrier"]["code"], _carrier(api, exchange).get("code")
        ledger.judge("track.carrier.detected", exchange, f"carrier {expected}", found, holds=found == expected)


def _carrier(api: Api, exchange: Exchange) -> dict[str, Any]:
    carrier = api.read(exchange).get("carrier")
    return carrier if isinstance(carrier, dict) else {"code": carrier}


def _page(api: Api) -> dict[str, Any]:
    """The page's own answer."""
    content = api.operation("trackShipment").success.node["content"]["application/json"]
    page: dict[str, Any] = examples(content)["documented"]
    return page


def _at(value: Any, place: tuple[str | int, ...]) -> Any:
    """What is there inside a JSON value, or None."""
    for step in place:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _key_order(api: Api, ledger: Ledger, exchange: Exchange) -> None:
    """The page's keys in the page's order; keys that it does not show may stand anywhere."""
    example = _page(api)
    for place in ((), ("carrier",), ("origin",), ("events", 0)):
        page, body = list(_at(example, place)), _at(exchange.facts, place)
        keys = [each for each in body if each in page] if isinstance(body, dict) else []
        order = [each for each in page if each in keys]
        ledger.judge("track.key-order", exchange, f"keys in the order {order}", keys, holds=keys == order)
