"""How many of something there are, in words."""


def counted(number: int, one: str, several: str | None = None) -> str:
    """`1 call`, `2 calls`; `several` is the plural where it is no more than an s."""
    return f"{number} {one if number == 1 else several or one + 's'}"
