"""What every new world has of its own: what one holds on to stays as it was, whatever is pinned for all later."""

from mock_server.domain.shipments.carriers import TrackingNumber
from mock_server.domain.shipments.pinned import Pin
from mock_server.domain.shipments.source import identity
from mock_server.settings import Settings
from mock_server.world import Foundation
from mock_server.world.common_pins import CommonPins

NUMBERS = ("1Z999AA10123456784", "1Z999AA10123456785", "1Z999AA10123456786")


def pins() -> list[Pin]:
    foundation = Foundation(Settings())

    def number(text: str) -> TrackingNumber:
        return foundation.recognise(text, "ups")

    return [Pin(number(text), {"status": "delivered"}) for text in NUMBERS]


def test_what_was_lent_stays_as_it_was() -> None:
    first, second, third = pins()
    common = CommonPins([first])
    lent = common.lent()
    common.put(identity(second.number), second)
    later = common.lent()
    assert common.drop(identity(first.number))
    assert list(lent.values()) == [first]
    assert list(later.values()) == [first, second]
    assert common.all() == (second,)
    common.put(identity(third.number), third)
    assert common.all() == (second, third)


def test_nothing_is_copied_that_nobody_holds_on_to() -> None:
    first, second, third = pins()
    common = CommonPins([first])
    common.put(identity(second.number), second)
    before = common.lent()
    common.put(identity(third.number), third)
    assert common.lent() is not before
    assert common.lent() is common.lent()


def test_dropping_what_was_never_pinned_changes_nothing() -> None:
    first, second, _ = pins()
    common = CommonPins([first])
    lent = common.lent()
    assert not common.drop(identity(second.number))
    assert common.lent() is lent
