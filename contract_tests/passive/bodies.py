"""Bodies: JSON, and the shape that the operation's answer has."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from contract_tests.contract.document import Contract
from contract_tests.exchange import JSON, Exchange, media_type, names_json
from contract_tests.ledger import Ledger
from contract_tests.passive.refusals import of_the_page
from contract_tests.target import bare

_HALF = re.compile("[\ufffd\ud800-\udfff]")  # what is left of a character that was cut
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);")  # escapes that HTML has and JSON has not


def check_body(contract: Contract, ledger: Ledger, exchange: Exchange) -> None:
    """Enters whether the body is JSON and keeps its schema, each complaint at the clause nearest to it."""
    operation, response = exchange.operation, exchange.response
    if operation is None or exchange.request.method == "HEAD" or not response.body:
        return
    answer = operation.nearest(exchange.status)
    if not _check_json(contract, ledger, exchange) or answer is None or answer.schema_place is None:
        return
    complaints, held = contract.schemas.examined(response.value, response.body, answer.schema_place)
    for each in complaints:
        ledger.breach(each.clause or answer.clause, exchange, each.sentence, each.found)
    for clause in held:
        ledger.hold(clause, exchange)


def check_utf8(ledger: Ledger, exchange: Exchange) -> None:
    """Enters whether non-ASCII text came through whole: UTF-8, neither cut nor encoded twice."""
    response = exchange.response
    if exchange.operation is None or not response.body:
        return
    charset = (response.header("Content-Type") or "").partition("charset=")[2].strip('" ').lower()
    try:
        response.body.decode("utf-8")
    except UnicodeDecodeError as error:
        ledger.breach("api.utf8", exchange, "a body in UTF-8", f"byte {error.start} is none: {response.text}")
        return
    if charset not in {"", "utf-8", "utf8"}:
        ledger.breach("api.utf8", exchange, "a body in UTF-8", f"charset={charset}")
    if response.body.isascii() and b"\\u" not in response.body:
        return
    foreign = [text for text in texts(response.value) if not text.isascii()]
    spoilt = [text for text in foreign if _encoded_twice(text) or _HALF.search(text)]
    spoilt += [text for text in texts(response.value) if _ENTITY.search(text)]
    if spoilt:
        ledger.breach("api.utf8", exchange, "texts as their language writes them", spoilt[0])
    elif foreign:
        ledger.hold("api.utf8", exchange)


def check_number(ledger: Ledger, exchange: Exchange, body: Mapping[str, Any]) -> None:
    """Enters whether a shipment is the one asked for, however it was spelt."""
    text = unquote(urlsplit(exchange.request.url).path.rpartition("/")[2])
    asked, found = bare(text), body.get("tracking_number")
    # A number that was asked for as the page writes numbers, in capitals, comes back as it was.
    same = bare(str(found)) == asked and (text != asked or str(found).replace(" ", "").replace("-", "") == asked)
    holds = not asked or (isinstance(found, str) and same)
    told = found if isinstance(found, str) else f"{found!r}, which is no text"
    ledger.judge("track.tracking_number", exchange, f"tracking_number {asked}", told, holds=holds)


def texts(value: Any) -> list[str]:
    """Every text inside a JSON value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for each in value for text in texts(each)] if isinstance(value, list) else []


def _check_json(contract: Contract, ledger: Ledger, exchange: Exchange) -> bool:
    """The page shows JSON; where it knows the status, anything else breaks its clause, elsewhere an assumption."""
    response = exchange.response
    kind = media_type(response.header("Content-Type"))
    known = response.succeeded or of_the_page(contract, exchange)
    clause = "api.json" if known else "errors.body"
    if not response.is_json:
        ledger.breach(clause, exchange, "a JSON body", response.flaw + response.text)
    elif not names_json(kind):
        ledger.breach(clause, exchange, f"Content-Type {JSON}", response.header("Content-Type") or "none")
    else:
        ledger.hold(clause if known else None, exchange)
        ledger.judge("api.media-type", exchange, f"Content-Type {JSON}", kind, holds=kind == JSON)
    return response.is_json


def _encoded_twice(text: str) -> bool:
    """Whether UTF-8 bytes were taken for Latin-1 or Windows-1252 on the way."""
    for encoding in ("latin-1", "cp1252"):
        try:
            if text.encode(encoding).decode("utf-8") != text:
                return True
        except UnicodeError:
            continue
    return False
