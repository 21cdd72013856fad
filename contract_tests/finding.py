"""Numbers that the target has data for, and one that it has not, asked for when a probe first needs them."""

from contract_tests.api import Api
from contract_tests.exchange import Exchange
from contract_tests.numbers import number_like
from contract_tests.target import Number


def known(api: Api) -> Exchange:
    """The answer about the known number, or else the page's own; tells the facts whether it has data."""
    facts, refusals = api.facts, api.contract.refusals
    given = facts.target.known
    number = given or Number(api.page_number())
    exchange = api.once(number)
    unavailable = refusals["carrier_unavailable"].statuses
    if exchange.response.succeeded:
        facts.found("known", number)
    elif exchange.status in unavailable:
        facts.not_found("known", f"the carrier of {number.tracking_number} is unavailable at present")
    elif given is None and exchange.status in refusals["not_found"].statuses:
        facts.not_found("known", f"{number.tracking_number}, the page's own number, has no data here")
    else:
        facts.not_found("known", f"{number.tracking_number} was answered with {exchange.status}")
    return exchange


def missing(api: Api) -> Exchange:
    """The answer about a number without data, made up if none is given; tells the facts whether it has none."""
    given = api.facts.target.missing
    number = given or number_like(api, api.facts.target.known, "missing")
    exchange = api.once(number)
    if given is None and exchange.response.succeeded:
        api.facts.not_found("missing", f"{number.tracking_number}, a number made up, has data here")
    else:
        api.facts.found("missing", number)
    return exchange
