"""Keys that nobody has used yet."""

from contextlib import suppress

from mock_server.contract.errors import ApiError
from mock_server.domain.plans import Account
from mock_server.domain.randomness import stream
from mock_server.world.owners import Holding
from mock_server.world.worlds import Worlds


def new_account(worlds: Worlds, plan: str, holding: Holding | None = None) -> Account:
    """A key of that plan that is not in use yet, made for somebody; ValueError names the plans there are."""
    accounts = worlds.foundation.accounts
    accounts.plan(plan)
    draw = stream(worlds.seed, "key", worlds.count_key())
    key = f"tf_test_{plan}_{draw.randbytes(8).hex()}"
    if holding:
        worlds.owners.hold(key, holding)
        if worlds.state:
            worlds.state.hold(key, holding)
    if worlds.portion.mine(key):
        with suppress(ApiError):  # the moment for which it is good may be over already
            worlds.of(key)
    return accounts.authenticate(key)
