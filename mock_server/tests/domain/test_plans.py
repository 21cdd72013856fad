import pytest

from mock_server.contract.errors import ApiError
from mock_server.domain.plans import Accounts, Plan

FREE = Plan("free", ((60, 10), (86_400, 500)), 5)
GROWTH = Plan("growth", ((60, 300), (86_400, 100_000)), 50)
FORM = {"pattern": "^tf_(test|live)_([a-z]+)_([A-Za-z0-9_-]{1,64})$", "default_plan_word": "sk"}
ACCOUNTS = Accounts([FREE, GROWTH], "growth", FORM)


def test_a_plan_without_a_limit_has_no_window() -> None:
    windows = [{"seconds": 60, "limit": "per_minute"}, {"seconds": 86_400, "limit": "per_day"}]
    record = {"name": "team", "per_minute": 7, "per_day": None, "batch_size": 3}
    assert Plan.from_record(record, windows) == Plan("team", ((60, 7),), 3)


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
        Accounts([FREE, GROWTH], "gold", FORM)
