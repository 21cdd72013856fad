"""Where a store is: valkey://HOST:PORT/DB and its kin, read without ever showing the password."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PORT = 6379
SCHEMES = MappingProxyType({"valkey": False, "redis": False, "valkeys": True, "rediss": True})
"""Each with whether it is TLS."""
FILES = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})
"""What a query may have: files for TLS."""
FORM = "write valkey://HOST:PORT/DB, redis:// or rediss:// (TLS)"


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A database of a server, and how to get in."""

    scheme: str
    host: str
    port: int
    database: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    files: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, text: str) -> "StoreAddress":
        """The address that a URL says; ValueError tells what is wrong with it, but none of its secrets."""
        scheme, separator, _ = text.partition("://")
        if not separator or scheme not in SCHEMES:
            shown = f"{scheme[:20]}://" if separator else "this"
            raise ValueError(f"{shown} is no address of a store; {FORM}")
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(f"its host or port cannot be read; {FORM}, the password percent-encoded") from None
        if not host:
            raise ValueError(f"it names no host; {FORM}")
        database = parts.path.strip("/") or "0"
        if not (database.isascii() and database.isdigit() and len(database) < 10):
            raise ValueError(f"{database[:20]!r} is not the number of a database; {FORM}")
        files = tuple(parse_qsl(parts.query, keep_blank_values=True))
        unknown = [name for name, _ in files if name not in FILES or not SCHEMES[scheme]]
        if unknown or parts.fragment:
            known = ", ".join(sorted(FILES))
            raise ValueError(f"{(unknown or ['#'])[0][:20]!r} is nothing that it can have; with TLS there are {known}")
        user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
        return cls(scheme, host, PORT if port is None else port, int(database), user, password, files)

    @property
    def name(self) -> str:
        """It as people may see it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/{self.database}"

    def options(self) -> dict[str, Any]:
        """The same for the client library."""
        options: dict[str, Any] = {"host": self.host, "port": self.port, "db": self.database}
        options |= {"username": self.user, "password": self.password}
        return options | ({"ssl": True, "ssl_check_hostname": True, **dict(self.files)} if SCHEMES[self.scheme] else {})
