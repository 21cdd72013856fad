"""What each process measures, as one page of Prometheus's text format."""

from collections.abc import Sequence
from dataclasses import replace

from mock_server.server.reply import Reply
from mock_server.sharing.membership import Peer

LABEL = "instance"


def measured(replies: Sequence[tuple[Peer, Reply]]) -> Reply:
    """The samples of all, each with the name of who has measured it."""
    families: dict[str, list[str]] = {}
    for peer, reply in replies:
        family = ""
        for line in reply.content.decode().splitlines():
            if line.startswith("# "):
                family = line.split(" ")[2]
                lines = families.setdefault(family, [])
                if line not in lines:
                    lines.append(line)
            elif line:
                families[family].append(_labelled(line, peer.name))
    content = "".join(f"{line}\n" for lines in families.values() for line in lines).encode()
    return replace(replies[0][1], content=content)


def _labelled(sample: str, name: str) -> str:
    label = f'{LABEL}="{name}"'
    measure, brace, labels = sample.partition("{")
    if brace:
        return f"{measure}{{{label},{labels}"
    measure, value = sample.rsplit(" ", 1)
    return f"{measure}{{{label}}} {value}"
