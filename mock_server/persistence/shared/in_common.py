"""What all instances of a mock have in common: settings, the contract, what is written in the store, and how."""

import json
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from contract_tests.contract.loading import FIXTURES, SCHEMAS
from mock_server.persistence.starting import started
from mock_server.world import Foundation

SETTINGS = ("default_plan", "reset_unit", "strict", "strict_check_digits", "standard_webhooks", "webhook_retry")
"""Those that answers and deliveries depend on, beside those that say how a mock starts."""
CONTRACT, FORMS, FORMAT = "contract", "forms", "format"
NUMBER = 1
"""Of the format of what is kept, and of what instances tell each other; another is for what no other version can read.

Whatever is only added needs none: a reader leaves out what it does not know, and what it misses has a default.
"""
WRITTEN_IN = (
    *(SCHEMAS / f"{name}.schema.json" for name in ("fault", "scenario", "shipment")),
    *(FIXTURES / f"{name}.json" for name in ("carriers", "number_formats")),
)
"""What the things are written in that instances hand over: who does not know all of it cannot go on with them."""
DIGESTS = MappingProxyType(
    {
        CONTRACT: "contract, by --overlay, --webhook-allow or version",
        FORMS: "what carriers, shipments and fault rules there can be, by version",
    }
)
"""How they are told of."""


def in_common(foundation: Foundation) -> dict[str, Any]:
    """What is to be the same everywhere."""
    forms = sha256(b"".join(file.read_bytes() for file in WRITTEN_IN)).hexdigest()
    settings = {name: getattr(foundation.settings, name) for name in SETTINGS}
    return {**started(foundation), **settings, CONTRACT: foundation.specification.fingerprint, FORMS: forms}


def to_text(common: Mapping[str, Any]) -> str:
    """The same as instances compare it, with the number of the format."""
    return json.dumps({**common, FORMAT: NUMBER}, sort_keys=True)


def difference(name: str, ours: str, theirs: str) -> str:
    """How an instance differs from those of a mock that it would be part of, and what to do."""
    here, there = json.loads(ours), json.loads(theirs)
    number = there.get(FORMAT, NUMBER)
    if number != NUMBER:
        return (
            f"what {name} has was written by another version of the mock, in format {number}, and this one has format "
            f"{NUMBER}; go on with that version, or give this one a database of its own"
        )
    differ = [each for each in {**there, **here} if there.get(each) != here.get(each)]
    told = [f"{each} ({there.get(each)!r} there, {here.get(each)!r} here)" for each in differ if each not in DIGESTS]
    told += [DIGESTS[each] for each in DIGESTS if each in differ]
    return (
        f"the instances on {name} are one mock, and this one differs from them: {', '.join(told)}; "
        "give it the same, stop them first, or give it a database of its own"
    )
