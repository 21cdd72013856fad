"""What of a mock outlives its process."""

from dataclasses import replace
from functools import partial

from mock_server.domain.steps import Steps, finished
from mock_server.world.newcomers import Opening
from mock_server.world.worlds import Worlds


def keep(worlds: Worlds, key: str | None = None, *, all_of_it: bool = False) -> str | None:
    """Let what one sandbox stands in outlive the process, or all sandboxes and the mock as a whole.

    Why one of them could not be kept; with `all_of_it`, also what could not be kept before.
    """
    return finished(keeping(worlds, key, all_of_it=all_of_it))


def keeping(worlds: Worlds, key: str | None = None, *, all_of_it: bool = False) -> Steps[str | None]:
    """The same step by step, one sandbox in each."""
    if key is not None:
        world = worlds.known(key)
        return world.webhooks.records.keep(all_of_it=all_of_it) if world else None
    if worlds.state is None:
        return None
    problem: str | None = None
    for world in worlds.each():
        problem = world.webhooks.records.keep(all_of_it=all_of_it) or problem
        yield
    if worlds.expected():  # who goes on from there would know nothing of these
        return problem
    return (yield from worlds.state.keeping_opening(worlds.foundation, partial(opening, worlds))) or problem


def opening(worlds: Worlds) -> Opening:
    """How the mock as a whole stands, for one that is to go on from there."""
    rules = worlds.scenario_rules.in_force.rules
    return Opening(
        replace(worlds.scenario, seed=worlds.seed, rules=rules),
        worlds.clock.course,
        worlds.pins.all(),
        worlds.rules.in_force.rules,
        worlds.keys_made,
    )
