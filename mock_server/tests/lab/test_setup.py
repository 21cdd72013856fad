"""How a world is before a command starts in it."""

import pytest

from mock_server.lab.failures import MIDNIGHT, MINUTE, NOW
from mock_server.lab.setup import instant

DAY = 86_400.0


@pytest.mark.parametrize("now", [0.0, 0.9, 30.5, 56.9, 57.0, 57.1, 58.0, 58.9, 59.9])
def test_no_world_begins_before_it_is_made_whenever_that_is(now: float) -> None:
    """An event of a time that the world has seen already would be told to nobody."""
    late = DAY - 60 + now
    for when, length in ((MINUTE, 60.0), (MIDNIGHT, DAY)):
        for made in (now, late):
            begun = instant(when, made)
            assert (begun + 2) % length == 0, "two seconds before the edge"
            assert instant(NOW, made) <= begun <= made + length + 2
