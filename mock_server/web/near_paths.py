"""Near paths: where a call to the control plane that leads nowhere was probably meant to go."""

import re
from collections.abc import Iterable

from mock_server.contract.near_misses import LONGEST_PATH, MOST_SEGMENTS, likeness
from mock_server.own_paths import CONTROL_PREFIX

_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")  # as Flask writes it
_LONGEST = 40  # characters of a segment that are compared
_OF_PAGES = f"{CONTROL_PREFIX}/console/"  # what the console's pages ask, and nobody else


def near_path(rules: Iterable[str], path: str) -> str:
    """The path of the control plane that looks most like the one that was asked, variables in braces."""
    asked = [each[:_LONGEST] for each in path[:LONGEST_PATH].lower().split("/") if each][:MOST_SEGMENTS]
    while len(asked) > 1 and asked[1] == asked[0]:  # the prefix, twice
        del asked[0]
    known = {_VARIABLE.sub(r"{\1}", rule) for rule in rules if rule.startswith(f"{CONTROL_PREFIX}/")}
    plain = sorted(each for each in known if not each.startswith(_OF_PAGES))
    return max(plain, key=lambda each: likeness(each.lower().strip("/").split("/"), asked))
