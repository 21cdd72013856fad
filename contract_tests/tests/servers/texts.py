"""Event descriptions in the twenty languages of the contract."""

import json
from functools import cache
from pathlib import Path


@cache
def texts() -> dict[str, dict[str, str]]:
    """Texts by language and event type; `pending` is the text of a shipment without events."""
    loaded: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("texts.json").read_text(encoding="utf-8"))
    return loaded


def spoken(tag: str | None) -> str:
    """The language that answers a request for `tag`: itself, its primary subtag, or English."""
    wanted = (tag or "en").lower().replace("_", "-")
    by_tag = {language.lower(): language for language in texts()}
    by_subtag = {language.split("-")[0]: language for language in texts()}
    return by_tag.get(wanted) or by_subtag.get(wanted.split("-")[0]) or "en"
