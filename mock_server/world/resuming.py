"""How a mock and its sandboxes go on from what a store has kept of them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mock_server.contract.errors import ApiError
from mock_server.contract.forms import FormError
from mock_server.domain.clients.journal import masked
from mock_server.domain.plans import Account
from mock_server.domain.webhooks.records import Saved
from mock_server.faults.scenarios import Scenario
from mock_server.own_paths import CONTROL_PREFIX
from mock_server.world.admission import AskedWebhook, check_saved
from mock_server.world.foundation import Foundation
from mock_server.world.newcomers import Newcomer, Opening
from mock_server.world.store import Store

log = logging.getLogger(__name__)


def opening(state: Store, foundation: Foundation) -> Opening | None:
    """How the mock as a whole goes on, if the store has that; ValueError if it cannot."""
    with _told(state, ""):
        return state.opening(foundation)


def newcomers(
    state: Store, foundation: Foundation, mine: Callable[[str], bool], scenario: Scenario
) -> Iterator[Newcomer]:
    """Every sandbox of this process that goes on; ValueError for one that cannot."""
    asked: set[AskedWebhook] = set()
    for saved in state.saved():
        if not mine(saved.key):
            continue
        try:
            account = foundation.accounts.authenticate(saved.key)
        except ApiError:
            log.warning("left %s in the state file: it is no key any more", masked(saved.key))
            continue
        yield _newcomer(state, foundation, account, saved, scenario, asked=asked)


def loaded(
    state: Store, foundation: Foundation, account: Account, scenario: Scenario, asked: set[AskedWebhook]
) -> Newcomer | None:
    """The sandbox of one key as it goes on, if the store has it; ApiError if it cannot.

    `asked` is as `check_saved` has it.
    """
    try:
        saved = state.load(account.key)
        return None if saved is None else _newcomer(state, foundation, account, saved, scenario, asked=asked)
    except ValueError as error:  # of another version, which may be there again
        why = f"{error}; or let this key begin anew, by POST {CONTROL_PREFIX}/reset with it as ?key="
        raise ApiError("carrier_unavailable", why, verbatim=True, retry_after=1.0) from None


def _newcomer(
    state: Store,
    foundation: Foundation,
    account: Account,
    saved: Saved,
    scenario: Scenario,
    *,
    asked: set[AskedWebhook],
) -> Newcomer:
    with _told(state, masked(saved.key)):
        check_saved(foundation, saved, asked)
        return state.newcomer(foundation, account, saved, scenario)


@contextmanager
def _told(state: Store, name: str) -> Iterator[None]:
    """What cannot be gone on with, as what is wrong with the state file."""
    try:
        yield
    except FormError as error:
        raise ValueError(
            f"the {state.name} cannot be gone on with: {name}{error.flaw.pointer}: {error.flaw.detail}; start "
            "under the overlays and settings that it was written under, or name a new file"
        ) from None
