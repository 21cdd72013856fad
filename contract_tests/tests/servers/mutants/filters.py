"""Filters that fire too often, or not at all."""

from dataclasses import replace

from contract_tests.tests.servers.modifiers import Breaking
from contract_tests.tests.servers.shipments import status_class
from contract_tests.tests.servers.webhooks import Subscription, Webhooks

documented = Breaking("filters", "documented")
assumed = Breaking("filters", "assumed")


@documented.part("delivery.filter")
class FiltersAreIgnored(Webhooks):
    """Every webhook gets every event."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        return True


@documented.part("delivery.operation")
class EveryNumberIsTold(Webhooks):
    """A webhook hears of all numbers."""

    def listening(self, number: str) -> tuple[Subscription, ...]:
        return tuple(self.alive.values())


@documented.part("delivery.filter", "delivery.filter.all", "delivery.filter.exception")
class FiresOnce(Webhooks):
    """A webhook is told once, and never again."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        told: set[str] = self.__dict__.setdefault("told", set())
        wanted = subscription.id not in told and super().wants(subscription, event_type)
        if wanted:
            told.add(subscription.id)
        return wanted


@documented.part("delivery.filter")
class TheLastFilterCounts(Webhooks):
    """Of several filters the last one counts."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        return super().wants(replace(subscription, events=subscription.events[-1:]), event_type)


@documented.part("delivery.filter")
class TheFirstFilterCounts(Webhooks):
    """Of several filters the first one counts."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        return super().wants(replace(subscription, events=subscription.events[:1]), event_type)


@documented.part("delivery.filter", "delivery.filter.delivered")
class DeliveredFiresEarly(Webhooks):
    """The filter delivered fires for out_for_delivery too."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        early = event_type == "out_for_delivery" and "delivered" in subscription.events
        return early or super().wants(subscription, event_type)


@documented.part("delivery.filter", "delivery.filter.exception")
class ExceptionFiresForCustoms(Webhooks):
    """The filter exception fires for customs and delivery too."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        wrong = event_type in {"customs", "delivered"} and "exception" in subscription.events
        return wrong or super().wants(subscription, event_type)


@documented.part("delivery.filter", "delivery.filter.delivered")
class DeliveredNeverFires(Webhooks):
    """The filter delivered never fires."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        return subscription.events != ("delivered",) and super().wants(subscription, event_type)


@documented.part("delivery.filter", "delivery.filter.exception")
class ExceptionNeverFires(Webhooks):
    """The filter exception never fires for exception."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        if event_type == "exception" and "all" not in subscription.events:
            return False
        return super().wants(subscription, event_type)


@assumed.part("delivery.filter.all")
class AllFiresForEndsOnly(Webhooks):
    """The filter all fires for delivery and trouble only."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        quiet = status_class(event_type) in {"info_received", "in_transit", "out_for_delivery", "available_for_pickup"}
        return not quiet and super().wants(subscription, event_type)


@assumed.part("delivery.filter.all")
class AllLacksDelivery(Webhooks):
    """The filter all does not fire for delivery, which has a filter of its own."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        if event_type == "delivered" and "delivered" not in subscription.events:
            return False
        return super().wants(subscription, event_type)


@documented.part("delivery.filter", "delivery.filter.delivered", "delivery.filter.exception")
class FirstEventOfAFilterCounts(Webhooks):
    """Of a filter with two names, the first counts."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        return super().wants(replace(subscription, events=subscription.events[:1]), event_type)


@assumed.part("delivery.filter.exception")
class ExceptionIsExceptionOnly(Webhooks):
    """The filter exception fires for exception only."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        if event_type in {"failed_attempt", "returned"} and "all" not in subscription.events:
            return False
        return super().wants(subscription, event_type)


@assumed.part("delivery.filter.exception")
class ReturnedIsNoTrouble(Webhooks):
    """The filter exception does not fire for returned."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        if event_type == "returned" and "all" not in subscription.events:
            return False
        return super().wants(subscription, event_type)


@assumed.part("delivery.filter.delivered", "delivery.filter")
class DeliveredFiresForPickup(Webhooks):
    """The filter delivered fires when a parcel waits for its recipient."""

    def wants(self, subscription: Subscription, event_type: str) -> bool:
        early = event_type == "available_for_pickup" and "delivered" in subscription.events
        return early or super().wants(subscription, event_type)
