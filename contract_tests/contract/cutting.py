"""Texts that are too long to be shown whole."""

LONGEST = 60  # characters of a text that somebody else wrote


def cut(text: str, longest: int) -> str:
    """The text's beginning, marked if there is more, and no longer than that; of what has been masked already."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def begun(text: str, longest: int = LONGEST) -> str:
    """So many characters of the text, and three dots if there are more."""
    return text if len(text) <= longest else f"{text[:longest]}..."
