from mock_server.contract.specification import Specification


def test_nothing_follows_a_delivery_or_a_return() -> None:
    assert Specification.load().final_statuses == {"delivered", "returned"}
