"""Refusals the contract documents."""

from typing import Self


class ApiError(Exception):
    """A refusal the contract documents; the catalogue knows its status and its standard message.

    `detail` names the value, the rule and the fix. It is sent where the page fixes no message for the code,
    or where `verbatim` says that the page's words would mislead; the journal always has it. `status` is for
    the refusals of HTTP itself (405, 413, 415), which share one code. `injected` names what forced the refusal.
    `retry_after` is how many seconds of the sandbox's clock it lasts, where that is known.
    """

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        status: int | None = None,
        verbatim: bool = False,
        injected: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code if detail is None else f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status
        self.verbatim = verbatim
        self.injected = injected
        self.retry_after = retry_after

    def alone(self) -> Self:
        """The same without the frames that it came through: whoever of them keeps it would never be free."""
        self.__context__ = None
        return self.with_traceback(None)

    @property
    def told(self) -> tuple[str, str | None, int | None]:
        """Code, detail and status, as they are kept where the refusal may be had once more."""
        return self.code, self.detail, self.status


class ContractBroken(Exception):
    """An honest reply that does not keep the contract: a bug of the mock, never of its caller.

    `place` is the pointer of the keyword it breaks, from the reply's schema.
    """

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place
