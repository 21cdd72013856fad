"""The carrier directory: who carries a tracking number."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache, partial
from typing import Any, Self

from mock_server.contract.errors import ApiError
from mock_server.domain.shipments.numbers import EXCERPT, NumberFormat, Numbering, Reading, normalise

WELL_FORMED = re.compile("[A-Z0-9]{5,50}")


@dataclass(frozen=True, slots=True)
class Carrier:
    """One row of the directory, in the page's words."""

    code: str
    name: str
    country: str
    type: str
    tracking_format: str

    def __hash__(self) -> int:
        # Text remembers its hash; all fields would be hashed anew wherever a number is looked up.
        return hash(self.code)

    def to_json(self) -> dict[str, str]:
        """The row as it is published, key for key."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class TrackingNumber:
    """A normalised number with its carrier; `issuer_country` is the suffix of an S10 number that a post issued."""

    text: str
    carrier: Carrier
    service: str | None = None
    issuer_country: str | None = None

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Carriers whose numbers look alike, so that only the country on an S10 number tells them apart."""

    numbering: Numbering
    first: Carrier
    posts: Mapping[str, Carrier]

    @classmethod
    def of(cls, numbering: Numbering, carriers: Sequence[Carrier]) -> Self:
        """`carriers` are in the order of preference."""
        issues_s10 = any(form.carrier_type for form in numbering.formats)
        posts = {carrier.country: carrier for carrier in reversed(carriers)} if issues_s10 else {}
        return cls(numbering, carriers[0], posts)

    def carrier_of(self, reading: Reading) -> Carrier | None:
        """The post that issued an S10 number, or the first of the carriers for any other number."""
        return self.posts.get(reading.issuer_country) if reading.issuer_country else self.first


class CarrierDirectory:
    """The carriers of fixtures/carriers.json with what is known of their numbers; it never changes."""

    def __init__(
        self, records: Iterable[Mapping[str, Any]], formats: Iterable[Mapping[str, Any]], priority: Sequence[str] = ()
    ) -> None:
        """`priority` is the order in which detection prefers carriers; the others follow by code.

        ValueError for a code that is listed twice.
        """
        self._order = {code: place for place, code in enumerate(priority)}
        self._carriers: dict[str, Carrier] = {}
        self._numberings: dict[str, Numbering] = {}
        number_formats = [NumberFormat.from_record(record) for record in formats]
        named = {form.carrier for form in number_formats} - {None}
        issued_by = cache(partial(_issued, number_formats))
        alike: dict[Numbering, list[Carrier]] = {}
        names = [field.name for field in fields(Carrier)]
        for record in records:
            carrier = Carrier(**{name: record[name] for name in names})
            if carrier.code in self._carriers:
                raise ValueError(f"carrier {carrier.code!r} is listed twice; a code names one carrier")
            issued = issued_by(frozenset(named & {carrier.code, record.get("brand")}), carrier.type)
            numbering = Numbering(carrier.tracking_format, issued)
            self._carriers[carrier.code] = carrier
            self._numberings[carrier.code] = numbering
            if record.get("format_source") != "generic":
                alike.setdefault(numbering, []).append(carrier)
        self._detectable = [
            Lookalikes.of(numbering, sorted(carriers, key=self._rank)) for numbering, carriers in alike.items()
        ]
        self._issuers = frozenset(country for group in self._detectable for country in group.posts)

    def get(self, code: str) -> Carrier | None:
        return self._carriers.get(code)

    def all(self) -> tuple[Carrier, ...]:
        """Every carrier, in the order of the file."""
        return tuple(self._carriers.values())

    def search(self, word: str) -> tuple[Carrier, ...]:
        """Carriers of the country, if the word is one (`IN`), else those with the word in their code or name.

        Case and accents of a name do not matter.
        """
        wanted = fold(word)
        return tuple(carrier for carrier in self.all() if carrier.country == word) or tuple(
            carrier for carrier in self.all() if wanted in carrier.code or wanted in fold(carrier.name)
        )

    def numbering(self, code: str) -> Numbering:
        """How that carrier's numbers look; KeyError for an unknown code."""
        return self._numberings[code]

    def recognise(
        self, text: str, carrier_code: str | None = None, *, strict_check_digits: bool = False
    ) -> TrackingNumber:
        """The number with its carrier, which is detected where no code is given.

        ApiError: invalid_request for an unknown code, invalid_tracking_number for a number that does not fit,
        not_found for one that no carrier recognises. A check digit refuses a number only if it is to be strict.
        """
        number = normalise(text)
        if carrier_code is None:
            carrier, reading = self._detect(number)
        else:
            carrier = self._named(carrier_code)
            reading = self._read(number, carrier)
        if strict_check_digits and reading.check_passes is False:
            right = self._numberings[carrier.code].with_check_digit(number)
            detail = f"{number!r} fails the {carrier.name} check digit; {right!r} would pass"
            raise ApiError("invalid_tracking_number", detail, verbatim=True)
        # With its carrier named, an S10 number may end in two letters that are no country of any post.
        issuer = reading.issuer_country if reading.issuer_country in self._issuers else None
        return TrackingNumber(number, carrier, reading.service, issuer)

    def _named(self, code: str) -> Carrier:
        # Codes are matched as published, in lower case: a client that only works here should fail here.
        carrier = self._carriers.get(code)
        if carrier is None:
            raise ApiError("invalid_request", f"{code[:EXCERPT]!r} is not a carrier code; {hint(code, self._carriers)}")
        return carrier

    def _read(self, number: str, carrier: Carrier) -> Reading:
        numbering = self._numberings[carrier.code]
        if not numbering.accepts(number):
            detail = f"{number!r} does not match the {carrier.name} format {carrier.tracking_format}"
            raise ApiError("invalid_tracking_number", detail)
        return numbering.read(number)

    def _detect(self, number: str) -> tuple[Carrier, Reading]:
        if not WELL_FORMED.fullmatch(number):
            detail = f"{number!r} is not a tracking number: without spaces and dashes it must be 5 to 50 of A-Z and 0-9"
            raise ApiError("invalid_tracking_number", detail)
        found = list(self._candidates(number))
        if not found:
            raise ApiError("not_found", f"No carrier recognises {number!r}; name the carrier if you know it")
        found = [candidate for candidate in found if candidate[1].known] or found
        found = [candidate for candidate in found if candidate[1].check_passes] or found
        found = [candidate for candidate in found if candidate[1].issuer_country] or found
        return min(found, key=lambda candidate: self._rank(candidate[0]))

    def _candidates(self, number: str) -> Iterable[tuple[Carrier, Reading]]:
        for group in self._detectable:
            if group.numbering.accepts(number):
                reading = group.numbering.read(number)
                if carrier := group.carrier_of(reading):
                    yield carrier, reading

    def _rank(self, carrier: Carrier) -> tuple[int, str]:
        return self._order.get(carrier.code, len(self._order)), carrier.code


def _issued(formats: Iterable[NumberFormat], issuers: Collection[str | None], kind: str) -> tuple[NumberFormat, ...]:
    """The formats that a carrier issues: its own and its brand's, if any names them, and those of all of its type."""
    return tuple(form for form in formats if form.carrier in issuers or form.carrier_type == kind)


def fold(text: str) -> str:
    """The text without case and accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def hint(code: str, codes: Collection[str]) -> str:
    """What to write instead of an unknown carrier code."""
    if not code:
        return "leave the carrier out to have it detected"
    wanted = code[:EXCERPT].lower()
    near = [wanted] if wanted in codes else get_close_matches(wanted, codes)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else "the list of carriers has every code"
