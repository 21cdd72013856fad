"""Numbers that are read, matched or assigned wrongly."""

import re

from contract_tests.tests.servers.api import Api
from contract_tests.tests.servers.check_digits import passes
from contract_tests.tests.servers.directory import Carrier, Directory, carriers
from contract_tests.tests.servers.keys import Key
from contract_tests.tests.servers.messages import Body, Call, Reply
from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.refusals import RefusalError

documented = Breaking("detection", "documented")
assumed = Breaking("detection", "assumed")


@documented.part("track.carrier.detected")
class CarrierIsRequired(Directory):
    """Without carrier, every number is 400."""

    def recognise(self, text: str, code: str | None) -> tuple[str, Carrier]:
        if code is None:
            raise RefusalError("invalid_request", "carrier is required.")
        return super().recognise(text, code)


@documented.part("track.carrier.detected")
class NothingIsDetected(Directory):
    """Without carrier, every number is 404."""

    def detect(self, number: str) -> Carrier | None:
        return None


@documented.part("track.carrier.detected")
class UpsIsReadAsUsps(Directory):
    """UPS's numbers are taken for USPS's."""

    def detect(self, number: str) -> Carrier | None:
        found = super().detect(number)
        return carriers()["usps"] if found and found.code == "ups" else found


@documented.part("errors.400.number")
class FormatIsNotChecked(Directory):
    """A number that does not fit the carrier named is looked up all the same."""

    def fits(self, carrier: Carrier, number: str) -> bool:
        return True


@documented.part("errors.400.number")
class FormatIsNotAnchored(Directory):
    """A number passes if a part of it fits the carrier named."""

    def fits(self, carrier: Carrier, number: str) -> bool:
        return re.search(carrier.tracking_format.removeprefix("^").removesuffix("$"), number) is not None


@documented.part("errors.400.number")
class CarrierNamedIsIgnored(Directory):
    """The carrier is detected even if one is named."""

    def recognise(self, text: str, code: str | None) -> tuple[str, Carrier]:
        if code is not None:
            self.named(code)
        return super().recognise(text, None)


@documented.part("track.carrier.named")
class CarrierNamedIsNotTold(Api):
    """A body names the carrier's parent company when the carrier was named."""

    def look_up(self, text: str, code: str | None, language: str = "en") -> Body:
        body = super().look_up(text, code, language)
        if code is not None:
            body["carrier"]["code"] = "fedex" if code == "ups" else "ups"
        return body


@assumed.part("track.check-digit")
class CheckDigitsAreChecked(Directory):
    """A wrong check digit is 400 invalid_tracking_number."""

    def recognise(self, text: str, code: str | None) -> tuple[str, Carrier]:
        number, carrier = super().recognise(text, code)
        if carrier.code == "ups" and number.startswith("1Z") and not passes("ups", number):
            raise RefusalError("invalid_tracking_number")
        return number, carrier


@assumed.part("errors.unknown-carrier")
class UnknownCarrierIsDetected(Directory):
    """An unknown carrier code is ignored."""

    def recognise(self, text: str, code: str | None) -> tuple[str, Carrier]:
        return super().recognise(text, code if code in carriers() else None)


@assumed.part("errors.unknown-carrier")
class UnknownCarrierBlamesTheNumber(Directory):
    """An unknown carrier code is 400 invalid_tracking_number."""

    def named(self, code: str) -> Carrier:
        if code not in carriers():
            raise RefusalError("invalid_tracking_number")
        return super().named(code)


@assumed.part("track.undetected")
class UndetectedIs400(Directory):
    """A well-formed number that no carrier recognises is 400."""

    def recognise(self, text: str, code: str | None) -> tuple[str, Carrier]:
        if code is None and self.detect(self.number(text)) is None:
            raise RefusalError("invalid_tracking_number")
        return super().recognise(text, code)


@assumed.part("track.detection.specific", "track.undetected")
class GenericFormatsDetect(Directory):
    """A carrier that takes any letters and digits is detected for want of a better one."""

    def detect(self, number: str) -> Carrier | None:
        generic = (carrier for carrier in carriers().values() if not carrier.specific and carrier.fits(number))
        return super().detect(number) or next(generic, None)


@assumed.part("track.detection.check-digit")
class CheckDigitsDoNotDecide(Directory):
    """The first carrier whose format fits is detected."""

    def detect(self, number: str) -> Carrier | None:
        return next(iter(self.candidates(number)), None)


@assumed.part("track.detection.post")
class EveryPostFits(Directory):
    """An S10 number belongs to the first post in the directory."""

    def detect(self, number: str) -> Carrier | None:
        found = super().detect(number)
        return carriers()["indiapost"] if found and self.post(number) else found


@assumed.part("track.detection.post")
class PostsAreNotDetected(Directory):
    """S10 numbers belong to nobody."""

    def detect(self, number: str) -> Carrier | None:
        return None if self.post(number) else super().detect(number)


@assumed.part("track.detection.order", "track.detection.check-digit")
class LastCarrierWins(Directory):
    """Of several carriers that fit, the last of the priority is detected."""

    def candidates(self, number: str) -> list[Carrier]:
        return super().candidates(number)[::-1]


@assumed.part("track.detection.order")
class DirectoryOrderWins(Directory):
    """Of several carriers that fit, the first of the alphabet is detected."""

    def candidates(self, number: str) -> list[Carrier]:
        return sorted(super().candidates(number), key=lambda carrier: carrier.code)


@assumed.part("track.normalisation")
class LowerCaseIsKept(Directory):
    """A number in lower case is not recognised."""

    def normalise(self, text: str) -> str:
        return re.sub(r"[ -]", "", text.strip())


@assumed.part("track.normalisation")
class DashesAreKept(Directory):
    """A number with dashes is malformed."""

    def normalise(self, text: str) -> str:
        return re.sub(r" ", "", text.strip()).upper()


@assumed.part("track.normalisation", "track.tracking_number.form", "track.tracking_number")
class NumberIsEchoedAsGiven(Api):
    """The number is echoed as it was sent."""

    def track_shipment(self, key: Key, call: Call) -> Reply:
        reply = super().track_shipment(key, call)
        return reply.with_value({**reply.value(), "tracking_number": call.argument})


@assumed.part("track.number.form")
class ShortNumbersAre404(Directory):
    """A number of four characters is 404."""

    def number(self, text: str) -> str:
        if len(self.normalise(text)) < 5:
            raise RefusalError("not_found")
        return super().number(text)


@assumed.part("track.number.form")
class OddCharactersAre404(Directory):
    """A number with other characters than letters and digits is 404."""

    def number(self, text: str) -> str:
        if not self.normalise(text).isalnum():
            raise RefusalError("not_found")
        return super().number(text)


@assumed.part("carriers.codes.known")
class RegionalCarriersAreUnknown(Directory):
    """Carriers in the directory that are neither express nor postal are unknown as carrier."""

    def named(self, code: str) -> Carrier:
        carrier = super().named(code)
        if carrier.type not in {"express", "postal"}:
            raise RefusalError("invalid_request", f"Unknown carrier code {code!r}.")
        return carrier


@assumed.part("order.request-before-lookup")
class LookupBeforeRequest(Api):
    """A malformed number of a carrier that is down is 503."""

    def look_up(self, text: str, code: str | None, language: str = "en") -> Body:
        if code is not None:
            self.check_available(self.world.directory.named(code))
        return super().look_up(text, code, language)
