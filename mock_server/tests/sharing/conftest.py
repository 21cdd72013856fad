"""A store that is real, and two instances that share it."""

import pytest

from mock_server.tests.persistence.conftest import store_url, valkey
from mock_server.tests.sharing.leasing import LeasingInstance

__all__ = ["store_url", "valkey"]


@pytest.fixture
def ana(store_url: str) -> LeasingInstance:
    ana = LeasingInstance("ana", store_url)
    ana.beat()
    return ana


@pytest.fixture
def ben(ana: LeasingInstance) -> LeasingInstance:
    ben = LeasingInstance("ben", ana.url)
    ben.beat()
    ana.beat()
    return ben
