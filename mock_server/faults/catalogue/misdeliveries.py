"""What goes wrong with a webhook's delivery on its way."""

from dataclasses import dataclass, replace

from mock_server.domain.webhooks.delivery import DeliveryPlan, Signature
from mock_server.faults.fault import DeliveryFault, fault


@fault("bad_signature")
@dataclass(frozen=True, slots=True)
class BadSignature(DeliveryFault):
    """A delivery whose signature is wrong."""

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        return _signed(delivery, Signature.BAD)


@fault("missing_signature")
@dataclass(frozen=True, slots=True)
class MissingSignature(DeliveryFault):
    """A delivery that nobody signed."""

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        return _signed(delivery, Signature.MISSING)


@fault("foreign_signature")
@dataclass(frozen=True, slots=True)
class ForeignSignature(DeliveryFault):
    """A delivery signed with another webhook's secret."""

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        return _signed(delivery, Signature.FOREIGN)


@fault("duplicate")
@dataclass(frozen=True, slots=True)
class Duplicate(DeliveryFault):
    """The same delivery several times."""

    copies: int = 2
    renamed: bool = False

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        copied = replace(delivery, copies=self.copies, renamed=self.renamed)
        return copied if delivery.copies == 1 else delivery


@fault("reorder")
@dataclass(frozen=True, slots=True)
class Reorder(DeliveryFault):
    """A delivery that the next one overtakes."""

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        return delivery if delivery.overtaken else replace(delivery, overtaken=True)


@fault("delay")
@dataclass(frozen=True, slots=True)
class Delay(DeliveryFault):
    """A delivery that comes late."""

    seconds: float

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        return replace(delivery, delay=delivery.delay + self.seconds)


@fault("drop")
@dataclass(frozen=True, slots=True)
class Drop(DeliveryFault):
    """A delivery that never comes."""

    def deliver(self, delivery: DeliveryPlan) -> DeliveryPlan:
        return replace(delivery, dropped=True)


def _signed(delivery: DeliveryPlan, signature: Signature) -> DeliveryPlan:
    return replace(delivery, signature=signature) if delivery.signature is Signature.GOOD else delivery
