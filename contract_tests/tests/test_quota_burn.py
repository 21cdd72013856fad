from types import SimpleNamespace
from typing import cast

import pytest

from contract_tests.contract.document import Contract
from contract_tests.exchange import Exchange
from contract_tests.quota_burn import QuotaBurn
from contract_tests.run import Run
from contract_tests.tests.test_quota_law import FREE, TRACK, story


def test_a_quota_is_used_up_though_a_minute_ends_meanwhile(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [(TRACK, 200, 1, left) for left in (2, 0, 2, 0)]  # after the second, another minute begins
    answers = story(contract, *passed, (TRACK, 429, 1, 0))
    coming = iter(answers)

    def answered(_burn: QuotaBurn, _size: int = 1) -> Exchange:
        return next(coming)

    monkeypatch.setattr(QuotaBurn, "send", answered)
    monkeypatch.setattr(QuotaBurn, "track", answered)
    burn = QuotaBurn(cast("Run", SimpleNamespace(contract=contract)), FREE, contract.plans["free"])

    assert burn.used_up() is answers[-1]
