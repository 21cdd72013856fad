import pytest

from mock_server.contract.errors import ApiError
from mock_server.domain.plans import Accounts, Plan

FREE = Plan("free", 10, 500, 5)
GROWTH = Plan("growth", 300, 100_000, 50)
ACCOUNTS = Accounts([FREE, GROWTH], "growth")


@pytest.mark.parametrize(
    ("key", "plan"),
    [
        ("tf_live_free_1", FREE),
        ("tf_test_growth_A-b_9", GROWTH),
        ("tf_live_sk_xxxxxxxxxxxxxxxxxxxx", GROWTH),
        ("tf_test_sk_1", GROWTH),
        ("tf_test_free_" + "x" * 64, FREE),
    ],
)
def test_a_key_carries_its_plan(key: str, plan: Plan) -> None:
    assert ACCOUNTS.authenticate(key).plan is plan


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "tf_live_free_",
        "tf_test_revoked_1",
        "tf_live_gold_1",
        "tf_prod_free_1",
        "tf_live_free_1 ",
        "tf_live_free_é",
        "tf_live_free_1, tf_live_free_2",
        "tf_test_free_" + "x" * 65,
        "TF_LIVE_FREE_1",
    ],
)
def test_any_other_key_is_unauthorized(key: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        ACCOUNTS.authenticate(key)
    assert caught.value.code == "unauthorized"


def test_an_unknown_plan_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match=r"'gold' is no plan; choose one of free, growth"):
        Accounts([FREE, GROWTH], "gold")
