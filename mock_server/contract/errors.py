"""Refusals the contract documents."""


class ApiError(Exception):
    """A refusal the contract documents; the catalogue knows its status and its standard message."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code if message is None else f"{code}: {message}")
        self.code = code
        self.message = message
