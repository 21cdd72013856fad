"""What a kept failure shows when it is looked for again."""

import pytest

from mock_server.lab.campaign import Case
from mock_server.lab.failures import Point
from mock_server.lab.kept import LOOKS, sought
from mock_server.lab.verdicts import ENDED, FAILED, NOT_STRUCK, SURVIVED, CaseVerdict
from mock_server.tests.lab.client_calls import CALL

ITSELF, OTHER = CaseVerdict(FAILED, "nothing said", "silent"), CaseVerdict(FAILED, "it hangs", "hangs")
LATE, GAVE_UP = CaseVerdict(SURVIVED, "as if nothing had happened"), CaseVerdict(ENDED, "gave up and said so")
NEVER = CaseVerdict(NOT_STRUCK, "the client never came there")


@pytest.mark.parametrize(
    ("looks", "shown"),
    [
        ((ITSELF,), ITSELF),
        ((LATE, OTHER, ITSELF), ITSELF),
        ((LATE, OTHER, LATE, GAVE_UP), OTHER),
        ((LATE, LATE, LATE, GAVE_UP), GAVE_UP),
        ((NEVER,), NEVER),
    ],
    ids=["at once", "where a machine was busy", "another mistake", "mended", "never struck"],
)
def test_a_failure_is_looked_for_until_it_shows_as_it_did(looks: tuple[CaseVerdict, ...], shown: CaseVerdict) -> None:
    left = iter(looks)
    assert sought(lambda: Case(Point(CALL), next(left)), "silent").verdict is shown
    assert list(left) == [], "and no longer"
    assert len(looks) <= LOOKS
