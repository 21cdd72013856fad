"""No honest server is told that it breaks the page, however slow it is and however bad the way to it."""

import pytest

from contract_tests.tests.honest import Trial, run
from contract_tests.tests.servers.honest.stacks import HONEST

QUICK = ("-k", "not slow_answer and not dead_receiver and not made_up")


@pytest.mark.parametrize(("seconds", "spoilt"), [(0.1, 0.05), (0.4, 0.0)])
@pytest.mark.parametrize("name", HONEST)
def test_an_honest_server_breaks_nothing_that_is_documented(name: str, seconds: float, spoilt: float) -> None:
    """The clock is handed in, so no answer is waited for; `python -m contract_tests.tests.honest` tries many more."""
    checked = run(Trial(name, seconds, spoilt, 1), *QUICK)
    assert checked.of("failed") == set(), checked.output
    assert checked.status == 0
    assert len(checked.of("passed")) > 100


def test_a_limiter_that_counts_what_it_refuses_is_honest_too() -> None:
    checked = run(Trial("strict", 0.0, 0.0, 1), "--exhaust-quota", "-k", "known_shipment or promised or counted")
    assert checked.of("failed") == set(), checked.output
    assert "errors.429" in checked.of("passed")
