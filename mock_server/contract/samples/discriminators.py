"""What a discriminator calls the schemas that it tells apart (OpenAPI 3.1 section 4.8.25)."""

from collections.abc import Mapping
from random import Random
from typing import Any


def name_of(reference: str, discriminator: Mapping[str, Any]) -> str:
    """The value that stands for the schema: its key in the mapping, or else its own name."""
    own = reference.rpartition("/")[2]
    mapped = (name for name, target in discriminator.get("mapping", {}).items() if target in {reference, own})
    return next(mapped, own)


def heir_of(reference: str | None, discriminator: Mapping[str, Any], random: Random) -> Any:
    """A schema with the discriminator's name for it: the referred one if it has one, else one of those that have."""
    if reference is None:
        return None
    targets = [_reference(target) for target in discriminator.get("mapping", {}).values()]
    if not targets or reference in targets:
        return {"$ref": reference}
    return {"$ref": random.choice(targets)}


def _reference(target: str) -> str:
    return target if "/" in target else f"#/components/schemas/{target}"
