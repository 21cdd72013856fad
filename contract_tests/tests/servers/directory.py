"""The carriers, and which of them a number belongs to."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from contract_tests.tests.servers.check_digits import passes
from contract_tests.tests.servers.messages import Body
from contract_tests.tests.servers.refusals import RefusalError

CARRIERS = Path(__file__).parents[3] / "fixtures" / "carriers.json"
COLUMNS = ("code", "name", "country", "type", "tracking_format")
PRIORITY = ("ups", "usps", "fedex", "dhl", "canadapost", "purolator", "ontrac", "amazon", "dpd")
S10 = re.compile(r"[A-Z]{2}[0-9]{9}([A-Z]{2})")


@dataclass(frozen=True, slots=True)
class Carrier:
    code: str
    name: str
    country: str
    type: str
    tracking_format: str
    specific: bool

    def row(self) -> Body:
        return {column: getattr(self, column) for column in COLUMNS}

    def fits(self, number: str) -> bool:
        return re.search(self.tracking_format, number) is not None


@cache
def carriers() -> Mapping[str, Carrier]:
    rows = json.loads(CARRIERS.read_text(encoding="utf-8"))
    return {
        row["code"]: Carrier(**{column: row[column] for column in COLUMNS}, specific=row["format_source"] != "generic")
        for row in rows
    }


@cache
def posts() -> Mapping[str, Carrier]:
    """The post of each country; the large one where a country has several."""
    rows = sorted(carriers().values(), key=rank, reverse=True)
    return {row.country: row for row in rows if row.type == "postal"}


@cache
def specific() -> tuple[Carrier, ...]:
    """Carriers with a format of their own, the likeliest first."""
    return tuple(sorted((row for row in carriers().values() if row.specific), key=rank))


@lru_cache(4096)  # hundreds of servers are asked for the same few numbers
def fitting(number: str) -> tuple[Carrier, ...]:
    """Those of them whose format the number has."""
    return tuple(row for row in specific() if row.fits(number))


def rank(carrier: Carrier) -> tuple[int, str]:
    code = carrier.code
    return (PRIORITY.index(code) if code in PRIORITY else len(PRIORITY)), code


class Directory:
    """Every carrier, and the recognition of numbers."""

    def rows(self) -> list[Body]:
        return [carrier.row() for carrier in carriers().values()]

    def normalise(self, text: str) -> str:
        return re.sub(r"[ -]", "", text.strip()).upper()

    def number(self, text: str) -> str:
        """The normalised number; raises invalid_tracking_number unless it is 5 to 50 letters and digits."""
        number = self.normalise(text)
        if not re.fullmatch(r"[A-Z0-9]{5,50}", number):
            raise RefusalError("invalid_tracking_number")
        return number

    def recognise(self, text: str, code: str | None) -> tuple[str, Carrier]:
        """The number and its carrier; raises invalid_request, invalid_tracking_number or not_found."""
        if code is not None:
            carrier = self.named(code)
            number = self.number(text)
            if not self.fits(carrier, number):
                raise RefusalError("invalid_tracking_number")
            return number, carrier
        number = self.number(text)
        detected = self.detect(number)
        if detected is None:
            raise RefusalError("not_found")
        return number, detected

    def named(self, code: str) -> Carrier:
        if code not in carriers():
            raise RefusalError("invalid_request", f"Unknown carrier code {code!r}.")
        return carriers()[code]

    def fits(self, carrier: Carrier, number: str) -> bool:
        return carrier.fits(number)

    def detect(self, number: str) -> Carrier | None:
        """The likeliest carrier with a format of its own; a right check digit decides between several."""
        candidates = self.candidates(number)
        proven = [carrier for carrier in candidates if passes(carrier.code, number)]
        return next(iter(proven or candidates), None)

    def candidates(self, number: str) -> list[Carrier]:
        post = self.post(number)
        return [carrier for carrier in fitting(number) if not S10.fullmatch(number) or carrier == post]

    def post(self, number: str) -> Carrier | None:
        match = S10.fullmatch(number)
        return posts().get(match[1]) if match else None
