"""The connection to a store: one round trip for each script, and no waiting for one that is away."""

import logging
from collections.abc import Sequence
from hashlib import sha1
from threading import Lock
from typing import Any

from valkey import Valkey
from valkey.backoff import NoBackoff
from valkey.exceptions import AuthenticationError, InvalidResponse, NoScriptError, ResponseError, ValkeyError
from valkey.exceptions import ConnectionError as NoConnectionError
from valkey.exceptions import TimeoutError as NoAnswerError
from valkey.retry import Retry

from mock_server.persistence.shared.address import StoreAddress
from mock_server.persistence.shared.away import StoreAwayError

PATIENCE = 1.0  # real seconds for one answer of the store, for which everybody waits; after that it is away
OLDEST = 7  # the version of Redis that has all that the scripts use

log = logging.getLogger(__name__)


class StoreScript:
    """A program for the store, known by its digest."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = sha1(text.encode(), usedforsecurity=False).hexdigest()  # as the protocol has it


class StoreConnection:
    """One connection, made when it is first needed and again when it was lost; safe to use from several threads."""

    def __init__(self, address: StoreAddress, patience: float) -> None:
        retry = Retry(NoBackoff(), 1, supported_errors=(NoConnectionError,))  # one that the server has closed
        self._client = Valkey(
            **address.options(),
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=retry,
            retry_on_error=[NoConnectionError],
            max_connections=1,
        )
        self._lock = Lock()

    def run(self, script: StoreScript, keys: Sequence[str], values: Sequence[Any]) -> Any:
        with self._lock:
            try:
                return self._client.evalsha(script.digest, len(keys), *keys, *values)
            except NoScriptError:  # its first use on this server
                return self._client.eval(script.text, len(keys), *keys, *values)

    def ask(self, *command: str) -> Any:
        with self._lock:
            return self._client.execute_command(*command)

    def close(self) -> None:
        with self._lock:
            self._client.close()


class Link:
    """Two connections: one for the work, and one that watches whether the store is there."""

    def __init__(self, address: StoreAddress, patience: float = PATIENCE) -> None:
        self.name = address.name
        self.problem: str | None = None
        """Why the store is away, if it is."""
        self._work, self._watch = StoreConnection(address, patience), StoreConnection(address, patience)

    def check(self) -> None:
        """StoreAwayError if nobody answers there, ValueError for what is no such store or does not let us in."""
        try:
            found = self._watch.ask("INFO", "server")
            versions = found if isinstance(found, dict) else {}
        except InvalidResponse as error:
            raise ValueError(f"{self.name} is no Valkey or Redis: {_told(error)}") from None
        except (AuthenticationError, ResponseError) as error:
            raise ValueError(f"the store {self.name} is not to be had: {_told(error)}") from None
        except (ValkeyError, OSError) as error:
            raise StoreAwayError(f"the store {self.name} cannot be reached: {_told(error)}") from None
        version = str(versions.get("redis_version", ""))
        major = version.partition(".")[0]
        if not major.isdigit() or ("valkey_version" not in versions and int(major) < OLDEST):
            raise ValueError(
                f"{self.name} is {version or 'nothing known'}; a store is Valkey, or Redis {OLDEST} and newer"
            )

    def run(self, script: StoreScript, keys: Sequence[str], *values: Any) -> Any:
        """What the script returns; StoreAwayError at once while the store is away."""
        if self.problem:
            raise StoreAwayError(self.problem)
        return self._run(self._work, script, keys, values)

    def watch(self, script: StoreScript, keys: Sequence[str], *values: Any) -> Any:
        """The same, tried even while it is away: what succeeds ends that."""
        answer = self._run(self._watch, script, keys, values)
        if self.problem:
            self.problem = None
            log.warning("the store %s answers again", self.name)
        return answer

    def close(self) -> None:
        self._work.close()
        self._watch.close()

    def _run(self, line: StoreConnection, script: StoreScript, keys: Sequence[str], values: Sequence[Any]) -> Any:
        try:
            return line.run(script, keys, values)
        except (ValkeyError, OSError) as error:
            told = f"the store {self.name} does not answer: {_told(error)}"
            if not self.problem:
                self.problem = told
                log.error("%s; what needs it is 503 until it does", told)
            raise StoreAwayError(told) from None


def _told(error: Exception) -> str:
    """What went wrong, in a line without secrets."""
    if isinstance(error, AuthenticationError) or str(error).startswith(("NOAUTH", "WRONGPASS", "invalid username")):
        asked = "Authentication required" in str(error) or str(error).startswith("NOAUTH")
        return "it asks for a password; write valkey://:PASSWORD@HOST:PORT/DB" if asked else "user or password is wrong"
    if isinstance(error, NoAnswerError):
        return "no answer in time"
    return " ".join(str(error).split())[:200] or type(error).__name__
