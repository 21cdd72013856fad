"""Which names this machine is called by: the mock on a loopback address answers to no other."""

from collections.abc import Collection
from urllib.parse import urlsplit

from mock_server.domain.loopback import is_loopback

REMEMBERED = 256  # hosts that are good


class Hosts:
    """Loopback's names, and those that were allowed.

    A page on another site can point a name of its own at this machine, and then read what is answered here; what tells
    its requests from others is that name, which stays in Host (DNS rebinding).
    """

    def __init__(self, bind_host: str, allowed: Collection[str] = ()) -> None:
        """`allowed` are names without port; any host is good where the mock listens to other machines too."""
        self._open = not is_loopback(bind_host)
        self._allowed = frozenset(name.lower().rstrip(".") for name in allowed)
        self.good: set[str] = set()
        """What Host has said so far that is good."""

    def complaint(self, host: str | None) -> str | None:
        """What is wrong with a Host header, if anything; HTTP/1.0 has none, and no browser speaks that."""
        if self._open or host is None or host in self.good:
            return None
        name = name_of(host)
        if is_loopback(name) or name in self._allowed:
            if len(self.good) < REMEMBERED:
                self.good.add(host)
            return None
        shown = name[:80]
        return f"Host {shown!r} is not this machine; use 127.0.0.1 or localhost, or start with --allow-host {shown}"


def name_of(host: str) -> str:
    """The name or address in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return host
