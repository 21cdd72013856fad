"""Whether a client that has stopped sending is still there."""

from itertools import chain, repeat

from mock_server.server.shared import Shared
from mock_server.server.transmission import Line, Transmission

# Asks a client that has stopped sending whether it is still there (RFC 9110 section 15.2 lets any number come first).
INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"
# Seconds from one such question to the next; the last goes on.
QUESTIONS = (0.05, 0.05, 0.5, 5.0)


async def find_out(sending: Transmission, line: Line, shared: Shared) -> None:
    """End the line once nobody waits there for a reply that is not known yet; HTTP/1.0 has no words to ask with."""
    for seconds in chain(QUESTIONS, repeat(QUESTIONS[-1])):
        await shared.sleep(seconds)
        if sending.known or line.closing:
            return
        if sending.request.old:
            line.close()
            return
        line.send(INTERIM)
