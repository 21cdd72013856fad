"""What the suite's own tests share."""

import pytest

from contract_tests.contract.document import Contract, load


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load()
