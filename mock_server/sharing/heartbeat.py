"""What says again and again that an instance is alive, in a thread that no client keeps waiting."""

import asyncio
import logging
from threading import Event, Thread

from mock_server.persistence.shared.away import StoreAwayError
from mock_server.sharing.leases import RENEWED, Leases

SOONER = 0.25  # real seconds from one time to the next while somebody is not there

log = logging.getLogger(__name__)


class Heartbeat:
    """Renews leases until it is stopped; what follows from it happens on the event loop."""

    def __init__(self, leases: Leases, loop: asyncio.AbstractEventLoop) -> None:
        self._leases = leases
        self._loop = loop
        self._stopped, self._sooner = Event(), Event()
        self._thread = Thread(target=self._run, name="leases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._sooner.set()
        self._thread.join()

    def sooner(self) -> None:
        """Somebody is not there: do not wait for the next turn to learn whether it is dead."""
        self._sooner.set()

    def beat(self) -> None:
        """Once more, now; nothing where the store is away, which its link tells."""
        try:
            self._loop.call_soon_threadsafe(self._leases.renewed())
        except StoreAwayError:
            return
        except RuntimeError:  # the loop is closed
            self._stopped.set()
        except Exception:  # what is wrong once must not end it: without it, the instance answers nothing
            log.exception("this instance could not say that it is alive")

    def _run(self) -> None:
        while not self._stopped.is_set():
            if self._sooner.wait(RENEWED):
                self._sooner.clear()
                self._stopped.wait(SOONER)
            if not self._stopped.is_set():
                self.beat()
